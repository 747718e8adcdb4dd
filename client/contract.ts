// Made by `npm run openapi` from functions/contract; edits are lost.

export type ApplicationAnswer = {
  /** Ours: 26 characters. */
  readonly applicationId: string;
  /** Which kind it is. */
  readonly type: 'individual' | 'sole_proprietor' | 'business';
  /** The state that it is in. */
  readonly status:
    | 'Submitting'
    | 'NotSubmitted'
    | 'Pending'
    | 'PendingReview'
    | 'AwaitingDocuments'
    | 'Approved'
    | 'Denied'
    | 'Canceled';
  /** While Unit's form is open: when its link ends. */
  readonly formExpiresAt?: string | undefined;
  /** Unit's id of the customer. */
  readonly customerId?: string | undefined;
  /** What Unit wants to see. */
  readonly documents: readonly {
    /** Unit's id of the document. */
    readonly documentId: string;
    /** Unit's word for the document. */
    readonly documentType: string;
    /** The state that it is in. */
    readonly status: string;
    /** The sides that Unit waits for. */
    readonly missing: readonly ('front' | 'back')[];
  }[];
};

export type ApplicationFormAnswer = {
  /** Ours: 26 characters. */
  readonly applicationId: string;
  /** Which kind it is. */
  readonly type: 'individual' | 'sole_proprietor' | 'business';
  /** The state that it is in. */
  readonly status:
    | 'Submitting'
    | 'NotSubmitted'
    | 'Pending'
    | 'PendingReview'
    | 'AwaitingDocuments'
    | 'Approved'
    | 'Denied'
    | 'Canceled';
  /** Unit's page with the form. */
  readonly url?: string | undefined;
  /** From the link; of a form, what Unit's own component takes. */
  readonly token?: string | undefined;
  /** When the link ends. */
  readonly expiresAt?: string | undefined;
};

export type ApplicationFormRequest =
  | {
      /** Which kind it is. */
      readonly type: 'individual' | 'sole_proprietor';
      /** One of the exact list of the stage; of a magic link the first by default. */
      readonly redirectUrl?: string | undefined;
      /** What the page shows at first. */
      readonly prefill?:
        | {
            /** The name as on the identity document. */
            readonly fullName?:
              | {
                  /** First name. */
                  readonly first: string;
                  /** Last name. */
                  readonly last: string;
                }
              | undefined;
            /** At most 254 characters. */
            readonly email?: string | undefined;
            /** A phone number. */
            readonly phone?:
              | {
                  /** Digits, without a plus. */
                  readonly countryCode: string;
                  /** Digits. */
                  readonly number: string;
                }
              | undefined;
            /** Where the applicant lives. */
            readonly address?:
              | {
                  /** First line. */
                  readonly street: string;
                  /** Second line. */
                  readonly street2?: string | undefined;
                  /** City. */
                  readonly city: string;
                  /** Two letters. */
                  readonly state: string;
                  /** Five digits, or nine with a dash. */
                  readonly postalCode: string;
                  /** Two letters. */
                  readonly country: 'US';
                }
              | undefined;
          }
        | undefined;
    }
  | {
      /** Which kind it is. */
      readonly type: 'business';
      /** One of the exact list of the stage; of a magic link the first by default. */
      readonly redirectUrl?: string | undefined;
      /** What the page shows at first. */
      readonly prefill?:
        | {
            /** The name of the business. */
            readonly name?: string | undefined;
            /** A phone number. */
            readonly phone?:
              | {
                  /** Digits, without a plus. */
                  readonly countryCode: string;
                  /** Digits. */
                  readonly number: string;
                }
              | undefined;
            /** Where the applicant lives. */
            readonly address?:
              | {
                  /** First line. */
                  readonly street: string;
                  /** Second line. */
                  readonly street2?: string | undefined;
                  /** City. */
                  readonly city: string;
                  /** Two letters. */
                  readonly state: string;
                  /** Five digits, or nine with a dash. */
                  readonly postalCode: string;
                  /** Two letters. */
                  readonly country: 'US';
                }
              | undefined;
            /** An absolute URL. */
            readonly website?: string | undefined;
            /** The signed-in user. */
            readonly contact?:
              | {
                  /** The name as on the identity document. */
                  readonly fullName?:
                    | {
                        /** First name. */
                        readonly first: string;
                        /** Last name. */
                        readonly last: string;
                      }
                    | undefined;
                  /** At most 254 characters. */
                  readonly email?: string | undefined;
                }
              | undefined;
          }
        | undefined;
    };

export type ApplicationRequest = IndividualRequest | SoleProprietorRequest;

export type AuthenticateRequest =
  | {
      /** How the user signs in. */
      readonly method: 'email_magic_link';
      /** From the link; of a form, what Unit's own component takes. */
      readonly token: string;
      /** The PKCE verifier of the link’s challenge. */
      readonly codeVerifier: string;
    }
  | {
      /** How the user signs in. */
      readonly method: 'email_otp';
      /** Sealed by us; binds the code to this challenge. */
      readonly challengeId: string;
      /** Six digits. */
      readonly code: string;
    };

export type ChallengeAnswer = SentChallengeAnswer | PasskeyOptionsAnswer;

export type ChallengeRequest =
  | {
      /** The kind of factor. */
      readonly factor: 'sms';
      /** Its id. */
      readonly factorId: string;
    }
  | {
      /** The kind of factor. */
      readonly factor: 'passkey';
    };

export type ConfirmPasskeyRequest = {
  /** The browser's credential in its `toJSON` form. */
  readonly credential: {
    /** Its id. */
    readonly id: string;
    /** Base64url. */
    readonly rawId: string;
    /** Which kind it is. */
    readonly type: 'public-key';
    /** The authenticator's answer. */
    readonly response: object;
  };
};

export type ConfirmSmsRequest = {
  /** Sealed by us; binds the code to this challenge. */
  readonly challengeId: string;
  /** Six digits. */
  readonly code: string;
};

export type ConfirmTotpRequest = {
  /** Six digits. */
  readonly code: string;
};

export type CookieRefreshRequest = Readonly<Record<string, never>>;

export type CookieRevokeRequest = {
  /** End every session of the user. */
  readonly all?: true | undefined;
};

export type CookieSignedInAnswer = {
  /** The bearer token of signed-in routes; lives five minutes. */
  readonly sessionJwt: string;
  /** When the session ends unless it is refreshed. */
  readonly sessionExpiresAt: string;
  /** The factors. */
  readonly factors: readonly SessionFactor[];
  /** The Stytch user's id. */
  readonly userId: string;
};

export type EnrolSmsRequest = {
  /** E.164. */
  readonly phoneNumber: string;
};

export type ExchangeTokenAnswer = {
  /** Unit's bearer token. Keep it in memory only. */
  readonly customerToken: string;
  /** Always Bearer. */
  readonly tokenType: 'Bearer';
  /** Seconds. */
  readonly expiresIn: number;
  /** As named in the token policy. */
  readonly scopes: readonly string[];
  /** Unit's id of the customer. */
  readonly customerId: string;
};

export type ExchangeTokenRequest = {
  /** As named in the token policy. */
  readonly scopes: readonly string[];
  /** Unit's id of the customer. */
  readonly customerId?: string | undefined;
  /** Narrows the token; the policy may require it. */
  readonly resources?:
    | readonly {
        /** Which kind it is. */
        readonly type: 'card' | 'account';
        /** Unit's ids of the resources. */
        readonly ids: readonly string[];
      }[]
    | undefined;
  /** Seconds. */
  readonly expiresIn?: number | undefined;
};

export type FactorKind =
  | 'email'
  | 'oauth'
  | 'password'
  | 'sms'
  | 'whatsapp'
  | 'totp'
  | 'passkey'
  | 'biometric'
  | 'recovery_code'
  | 'other';

export type FactorsAnswer = {
  /** The factors. */
  readonly factors: readonly {
    /** Its id. */
    readonly factorId: string;
    /** The kind of factor. */
    readonly kind: FactorKind;
    /** The last digits of a number, or null. */
    readonly label: string | null;
    /** Whether its owner has proved it. */
    readonly isVerified: boolean;
    /** Whether it counts now. */
    readonly counts: boolean;
    /** From when it counts, if it does not yet. */
    readonly countsFrom: string | null;
  }[];
  /** What the policy asks for. */
  readonly requirements: readonly {
    /** A scope, or `apply`. */
    readonly for: string;
    /** The named factor policy. */
    readonly preset: string;
    /** Seconds that the freshest factor may be old. */
    readonly maxFactorAgeSeconds: number;
  }[];
};

export type IndividualRequest = {
  /** Which kind it is. */
  readonly type: 'individual';
  /** The name as on the identity document. */
  readonly fullName: {
    /** First name. */
    readonly first: string;
    /** Last name. */
    readonly last: string;
  };
  /** At most 254 characters. */
  readonly email: string;
  /** A phone number. */
  readonly phone: {
    /** Digits, without a plus. */
    readonly countryCode: string;
    /** Digits. */
    readonly number: string;
  };
  /** Where the applicant lives. */
  readonly address: {
    /** First line. */
    readonly street: string;
    /** Second line. */
    readonly street2?: string | undefined;
    /** City. */
    readonly city: string;
    /** Two letters. */
    readonly state: string;
    /** Five digits, or nine with a dash. */
    readonly postalCode: string;
    /** Two letters. */
    readonly country: 'US';
  };
  /** YYYY-MM-DD. */
  readonly dateOfBirth: string;
  /** Nine digits; or a passport with its nationality. */
  readonly ssn?: string | undefined;
  /** Instead of an SSN; goes with `nationality`. */
  readonly passport?: string | undefined;
  /** Two letters; goes with `passport`. */
  readonly nationality?: string | undefined;
  /** Unit's value. */
  readonly occupation?:
    | 'ArchitectOrEngineer'
    | 'BusinessAnalystAccountantOrFinancialAdvisor'
    | 'CommunityAndSocialServicesWorker'
    | 'ConstructionMechanicOrMaintenanceWorker'
    | 'Doctor'
    | 'Educator'
    | 'EntertainmentSportsArtsOrMedia'
    | 'ExecutiveOrManager'
    | 'FarmerFishermanForester'
    | 'FoodServiceWorker'
    | 'GigWorker'
    | 'HospitalityOfficeOrAdministrativeSupportWorker'
    | 'HouseholdManager'
    | 'JanitorHousekeeperLandscaper'
    | 'Lawyer'
    | 'ManufacturingOrProductionWorker'
    | 'MilitaryOrPublicSafety'
    | 'NurseHealthcareTechnicianOrHealthcareSupport'
    | 'PersonalCareOrServiceWorker'
    | 'PilotDriverOperator'
    | 'SalesRepresentativeBrokerAgent'
    | 'ScientistOrTechnologist'
    | 'Student'
    | undefined;
  /** Unit's value. */
  readonly annualIncome?:
    | 'UpTo10k'
    | 'Between10kAnd25k'
    | 'Between25kAnd50k'
    | 'Between50kAnd100k'
    | 'Between100kAnd250k'
    | 'Over250k'
    | undefined;
  /** Unit's value. */
  readonly sourceOfIncome?:
    | 'EmploymentOrPayrollIncome'
    | 'PartTimeOrContractorIncome'
    | 'InheritancesAndGifts'
    | 'PersonalInvestments'
    | 'BusinessOwnershipInterests'
    | 'GovernmentBenefits'
    | undefined;
  /** Unit's value. */
  readonly industry?:
    | 'Retail'
    | 'Wholesale'
    | 'Restaurants'
    | 'Hospitals'
    | 'Construction'
    | 'Insurance'
    | 'Unions'
    | 'RealEstate'
    | 'FreelanceProfessional'
    | 'OtherProfessionalServices'
    | 'OnlineRetailer'
    | 'OtherEducationServices'
    | undefined;
};

export type MeAnswer = {
  /** The Stytch user's id. */
  readonly userId: string;
  /** The factors. */
  readonly factors: readonly {
    /** The kind of factor. */
    readonly kind: FactorKind;
    /** When it was last proved; null if unknown. */
    readonly lastAuthenticatedAt: string | null;
  }[];
  /** The user's applications. */
  readonly applications: readonly {
    /** Ours: 26 characters. */
    readonly applicationId: string;
    /** Which kind it is. */
    readonly type: string;
    /** The state that it is in. */
    readonly status: string;
  }[];
  /** The user's customers. */
  readonly customers: readonly {
    /** Unit's id of the customer. */
    readonly customerId: string;
    /** Which kind it is. */
    readonly type: string;
    /** The state that it is in. */
    readonly status: string;
  }[];
  /** What the user should do next. */
  readonly next:
    | 'enroll_factor'
    | 'step_up'
    | 'apply'
    | 'complete_form'
    | 'upload_documents'
    | 'wait_for_decision'
    | 'exchange_token'
    | 'contact_support';
};

export type PasskeyOptionsAnswer = {
  /** WebAuthn options in their JSON form. */
  readonly options: object;
};

export type RefreshRequest = {
  /** The session's secret; buys fresh JWTs. */
  readonly sessionToken: string;
};

export type RevokeRequest =
  | {
      /** The session's secret; buys fresh JWTs. */
      readonly sessionToken: string;
    }
  | {
      /** End every session of the user. */
      readonly all: true;
    };

export type SentChallengeAnswer = {
  /** Sealed by us; binds the code to this challenge. */
  readonly challengeId: string;
  /** When a repeat makes sense. */
  readonly retryAfterSeconds: number;
};

export type SessionAnswer = {
  /** The bearer token of signed-in routes; lives five minutes. */
  readonly sessionJwt: string;
  /** When the session ends unless it is refreshed. */
  readonly sessionExpiresAt: string;
  /** The factors. */
  readonly factors: readonly SessionFactor[];
};

export type SessionFactor = {
  /** The kind of factor. */
  readonly kind: FactorKind;
  /** When it was last proved; null if unknown. */
  readonly lastAuthenticatedAt: string | null;
};

export type SignUpAnswer = {
  /** Sealed by us; binds the code to this challenge. */
  readonly challengeId: string;
  /** When a repeat makes sense. */
  readonly retryAfterSeconds: number;
};

export type SignUpRequest =
  | {
      /** How the user signs in. */
      readonly method: 'email_magic_link';
      /** At most 254 characters. */
      readonly email: string;
      /** One of the exact list of the stage; of a magic link the first by default. */
      readonly redirectUrl?: string | undefined;
      /** PKCE S256: base64url of the SHA-256 of the verifier. */
      readonly codeChallenge: string;
    }
  | {
      /** How the user signs in. */
      readonly method: 'email_otp';
      /** At most 254 characters. */
      readonly email: string;
    };

export type SignedInAnswer = {
  /** The bearer token of signed-in routes; lives five minutes. */
  readonly sessionJwt: string;
  /** When the session ends unless it is refreshed. */
  readonly sessionExpiresAt: string;
  /** The factors. */
  readonly factors: readonly SessionFactor[];
  /** The Stytch user's id. */
  readonly userId: string;
  /** The session's secret; buys fresh JWTs. */
  readonly sessionToken: string;
};

export type SoleProprietorRequest = {
  /** Which kind it is. */
  readonly type: 'sole_proprietor';
  /** The name as on the identity document. */
  readonly fullName: {
    /** First name. */
    readonly first: string;
    /** Last name. */
    readonly last: string;
  };
  /** At most 254 characters. */
  readonly email: string;
  /** A phone number. */
  readonly phone: {
    /** Digits, without a plus. */
    readonly countryCode: string;
    /** Digits. */
    readonly number: string;
  };
  /** Where the applicant lives. */
  readonly address: {
    /** First line. */
    readonly street: string;
    /** Second line. */
    readonly street2?: string | undefined;
    /** City. */
    readonly city: string;
    /** Two letters. */
    readonly state: string;
    /** Five digits, or nine with a dash. */
    readonly postalCode: string;
    /** Two letters. */
    readonly country: 'US';
  };
  /** YYYY-MM-DD. */
  readonly dateOfBirth: string;
  /** Nine digits; or a passport with its nationality. */
  readonly ssn?: string | undefined;
  /** Instead of an SSN; goes with `nationality`. */
  readonly passport?: string | undefined;
  /** Two letters; goes with `passport`. */
  readonly nationality?: string | undefined;
  /** Unit's value. */
  readonly occupation?:
    | 'ArchitectOrEngineer'
    | 'BusinessAnalystAccountantOrFinancialAdvisor'
    | 'CommunityAndSocialServicesWorker'
    | 'ConstructionMechanicOrMaintenanceWorker'
    | 'Doctor'
    | 'Educator'
    | 'EntertainmentSportsArtsOrMedia'
    | 'ExecutiveOrManager'
    | 'FarmerFishermanForester'
    | 'FoodServiceWorker'
    | 'GigWorker'
    | 'HospitalityOfficeOrAdministrativeSupportWorker'
    | 'HouseholdManager'
    | 'JanitorHousekeeperLandscaper'
    | 'Lawyer'
    | 'ManufacturingOrProductionWorker'
    | 'MilitaryOrPublicSafety'
    | 'NurseHealthcareTechnicianOrHealthcareSupport'
    | 'PersonalCareOrServiceWorker'
    | 'PilotDriverOperator'
    | 'SalesRepresentativeBrokerAgent'
    | 'ScientistOrTechnologist'
    | 'Student'
    | undefined;
  /** Unit's value. */
  readonly annualIncome?:
    | 'UpTo10k'
    | 'Between10kAnd25k'
    | 'Between25kAnd50k'
    | 'Between50kAnd100k'
    | 'Between100kAnd250k'
    | 'Over250k'
    | undefined;
  /** Unit's value. */
  readonly sourceOfIncome?:
    | 'EmploymentOrPayrollIncome'
    | 'PartTimeOrContractorIncome'
    | 'InheritancesAndGifts'
    | 'PersonalInvestments'
    | 'BusinessOwnershipInterests'
    | 'GovernmentBenefits'
    | undefined;
  /** The name the business goes by. */
  readonly dba?: string | undefined;
  /** Nine digits. */
  readonly ein?: string | undefined;
  /** Unit's value. */
  readonly annualRevenue?:
    | 'UpTo50k'
    | 'Between50kAnd100k'
    | 'Between100kAnd200k'
    | 'Between200kAnd500k'
    | 'Over500k'
    | undefined;
  /** Unit's value. */
  readonly numberOfEmployees?: 'One' | 'Between2And5' | 'Between5And10' | 'Over10' | undefined;
  /** Unit's value. */
  readonly businessVertical?:
    | 'AdultEntertainmentDatingOrEscortServices'
    | 'AgricultureForestryFishingOrHunting'
    | 'ArtsEntertainmentAndRecreation'
    | 'BusinessSupportOrBuildingServices'
    | 'Cannabis'
    | 'Construction'
    | 'DirectMarketingOrTelemarketing'
    | 'EducationalServices'
    | 'FinancialServicesCryptocurrency'
    | 'FinancialServicesDebitCollectionOrConsolidation'
    | 'FinancialServicesMoneyServicesBusinessOrCurrencyExchange'
    | 'FinancialServicesOther'
    | 'FinancialServicesPaydayLending'
    | 'GamingOrGambling'
    | 'HealthCareAndSocialAssistance'
    | 'HospitalityAccommodationOrFoodServices'
    | 'LegalAccountingConsultingOrComputerProgramming'
    | 'Manufacturing'
    | 'Mining'
    | 'Nutraceuticals'
    | 'PersonalCareServices'
    | 'PublicAdministration'
    | 'RealEstate'
    | 'ReligiousCivicAndSocialOrganizations'
    | 'RepairAndMaintenance'
    | 'RetailTrade'
    | 'TechnologyMediaOrTelecom'
    | 'TransportationOrWarehousing'
    | 'Utilities'
    | 'WholesaleTrade'
    | undefined;
  /** An absolute URL. */
  readonly website?: string | undefined;
};

export type StepUpRequest =
  | {
      /** The kind of factor. */
      readonly factor: 'totp';
      /** Six digits. */
      readonly code: string;
    }
  | {
      /** The kind of factor. */
      readonly factor: 'sms';
      /** Sealed by us; binds the code to this challenge. */
      readonly challengeId: string;
      /** Six digits. */
      readonly code: string;
    }
  | {
      /** The kind of factor. */
      readonly factor: 'passkey';
      /** The browser's credential in its `toJSON` form. */
      readonly credential: {
        /** Its id. */
        readonly id: string;
        /** Base64url. */
        readonly rawId: string;
        /** Which kind it is. */
        readonly type: 'public-key';
        /** The authenticator's answer. */
        readonly response: object;
      };
    }
  | {
      /** The kind of factor. */
      readonly factor: 'recovery_code';
      /** One of the recovery codes. */
      readonly recoveryCode: string;
    };

export type TotpEnrolmentAnswer = {
  /** Its id. */
  readonly factorId: string;
  /** Base32, for the authenticator app. */
  readonly secret: string;
  /** The same as a QR code: a data URL. */
  readonly qrCode: string;
  /** Shown this once. */
  readonly recoveryCodes: readonly string[];
};

/** What every problem says by its code. */
export type ProblemCode =
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_grant'
  | 'customer_ambiguous'
  | 'invalid_token'
  | 'insufficient_user_authentication'
  | 'invalid_signature'
  | 'enrollment_required'
  | 'factor_not_allowed'
  | 'user_locked'
  | 'application_denied'
  | 'customer_archived'
  | 'origin_not_allowed'
  | 'not_found'
  | 'method_not_allowed'
  | 'no_customer'
  | 'application_pending'
  | 'customer_in_review'
  | 'application_exists'
  | 'conflict'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'idempotency_key_reused'
  | 'application_refused'
  | 'email_not_verified'
  | 'rate_limited'
  | 'server_error'
  | 'upstream_unavailable'
  | 'not_configured'
  | 'temporarily_unavailable'
  | 'upstream_timeout';

/** Every route that apps call, by its path under /v1, with braces for each id. */
export interface Routes {
  '/signup': {
    readonly name: 'signUp';
    readonly method: 'POST';
    readonly authentication: 'none';
    readonly body: SignUpRequest;
    readonly answer: SignUpAnswer;
  };
  '/signup/authenticate': {
    readonly name: 'authenticate';
    readonly method: 'POST';
    readonly authentication: 'none';
    readonly body: AuthenticateRequest;
    readonly answer: SignedInAnswer | CookieSignedInAnswer;
  };
  '/sessions/refresh': {
    readonly name: 'refresh';
    readonly method: 'POST';
    readonly authentication: 'none';
    readonly body: RefreshRequest | CookieRefreshRequest;
    readonly answer: SessionAnswer;
  };
  '/sessions/revoke': {
    readonly name: 'revoke';
    readonly method: 'POST';
    readonly authentication: 'either';
    readonly body: RevokeRequest | CookieRevokeRequest;
    readonly answer: void;
  };
  '/factors': {
    readonly name: 'listFactors';
    readonly method: 'GET';
    readonly authentication: 'session';
    readonly body: undefined;
    readonly answer: FactorsAnswer;
  };
  '/factors/{}': {
    readonly name: 'removeFactor';
    readonly method: 'DELETE';
    readonly authentication: 'session';
    readonly body: undefined;
    readonly answer: void;
  };
  '/factors/totp': {
    readonly name: 'enrolTotp';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: undefined;
    readonly answer: TotpEnrolmentAnswer;
  };
  '/factors/totp/confirm': {
    readonly name: 'confirmTotp';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: ConfirmTotpRequest;
    readonly answer: SessionAnswer;
  };
  '/factors/sms': {
    readonly name: 'enrolSms';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: EnrolSmsRequest;
    readonly answer: SentChallengeAnswer;
  };
  '/factors/sms/confirm': {
    readonly name: 'confirmSms';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: ConfirmSmsRequest;
    readonly answer: SessionAnswer;
  };
  '/factors/passkey': {
    readonly name: 'enrolPasskey';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: undefined;
    readonly answer: PasskeyOptionsAnswer;
  };
  '/factors/passkey/confirm': {
    readonly name: 'confirmPasskey';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: ConfirmPasskeyRequest;
    readonly answer: SessionAnswer;
  };
  '/step-up/challenge': {
    readonly name: 'challenge';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: ChallengeRequest;
    readonly answer: ChallengeAnswer;
  };
  '/step-up': {
    readonly name: 'stepUp';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: StepUpRequest;
    readonly answer: SessionAnswer;
  };
  '/me': {
    readonly name: 'me';
    readonly method: 'GET';
    readonly authentication: 'session';
    readonly body: undefined;
    readonly answer: MeAnswer;
  };
  '/applications': {
    readonly name: 'apply';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: ApplicationRequest;
    readonly answer: ApplicationAnswer;
  };
  '/application-forms': {
    readonly name: 'openForm';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: ApplicationFormRequest;
    readonly answer: ApplicationFormAnswer;
  };
  '/applications/{}': {
    readonly name: 'readApplication';
    readonly method: 'GET';
    readonly authentication: 'session';
    readonly body: undefined;
    readonly answer: ApplicationAnswer;
  };
  '/applications/{}/documents/{}': {
    readonly name: 'uploadDocument';
    readonly method: 'PUT';
    readonly authentication: 'session';
    readonly body: Blob;
    readonly answer: ApplicationAnswer;
  };
  '/applications/{}/documents/{}/back': {
    readonly name: 'uploadDocumentBack';
    readonly method: 'PUT';
    readonly authentication: 'session';
    readonly body: Blob;
    readonly answer: ApplicationAnswer;
  };
  '/applications/{}/cancel': {
    readonly name: 'cancelApplication';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: undefined;
    readonly answer: ApplicationAnswer;
  };
  '/token': {
    readonly name: 'exchangeToken';
    readonly method: 'POST';
    readonly authentication: 'session';
    readonly body: ExchangeTokenRequest;
    readonly answer: ExchangeTokenAnswer;
  };
}

export type RouteName = Routes[keyof Routes]['name'];
