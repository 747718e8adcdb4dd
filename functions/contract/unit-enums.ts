// The values that Unit accepts in application fields (unit.co, Applications).

export const occupations = [
  'ArchitectOrEngineer',
  'BusinessAnalystAccountantOrFinancialAdvisor',
  'CommunityAndSocialServicesWorker',
  'ConstructionMechanicOrMaintenanceWorker',
  'Doctor',
  'Educator',
  'EntertainmentSportsArtsOrMedia',
  'ExecutiveOrManager',
  'FarmerFishermanForester',
  'FoodServiceWorker',
  'GigWorker',
  'HospitalityOfficeOrAdministrativeSupportWorker',
  'HouseholdManager',
  'JanitorHousekeeperLandscaper',
  'Lawyer',
  'ManufacturingOrProductionWorker',
  'MilitaryOrPublicSafety',
  'NurseHealthcareTechnicianOrHealthcareSupport',
  'PersonalCareOrServiceWorker',
  'PilotDriverOperator',
  'SalesRepresentativeBrokerAgent',
  'ScientistOrTechnologist',
  'Student',
] as const;

export const annualIncomes = [
  'UpTo10k',
  'Between10kAnd25k',
  'Between25kAnd50k',
  'Between50kAnd100k',
  'Between100kAnd250k',
  'Over250k',
] as const;

export const sourcesOfIncome = [
  'EmploymentOrPayrollIncome',
  'PartTimeOrContractorIncome',
  'InheritancesAndGifts',
  'PersonalInvestments',
  'BusinessOwnershipInterests',
  'GovernmentBenefits',
] as const;

export const industries = [
  'Retail',
  'Wholesale',
  'Restaurants',
  'Hospitals',
  'Construction',
  'Insurance',
  'Unions',
  'RealEstate',
  'FreelanceProfessional',
  'OtherProfessionalServices',
  'OnlineRetailer',
  'OtherEducationServices',
] as const;

export const annualRevenues = [
  'UpTo50k',
  'Between50kAnd100k',
  'Between100kAnd200k',
  'Between200kAnd500k',
  'Over500k',
] as const;

export const employeeCounts = ['One', 'Between2And5', 'Between5And10', 'Over10'] as const;

export const businessVerticals = [
  'AdultEntertainmentDatingOrEscortServices',
  'AgricultureForestryFishingOrHunting',
  'ArtsEntertainmentAndRecreation',
  'BusinessSupportOrBuildingServices',
  'Cannabis',
  'Construction',
  'DirectMarketingOrTelemarketing',
  'EducationalServices',
  'FinancialServicesCryptocurrency',
  'FinancialServicesDebitCollectionOrConsolidation',
  'FinancialServicesMoneyServicesBusinessOrCurrencyExchange',
  'FinancialServicesOther',
  'FinancialServicesPaydayLending',
  'GamingOrGambling',
  'HealthCareAndSocialAssistance',
  'HospitalityAccommodationOrFoodServices',
  'LegalAccountingConsultingOrComputerProgramming',
  'Manufacturing',
  'Mining',
  'Nutraceuticals',
  'PersonalCareServices',
  'PublicAdministration',
  'RealEstate',
  'ReligiousCivicAndSocialOrganizations',
  'RepairAndMaintenance',
  'RetailTrade',
  'TechnologyMediaOrTelecom',
  'TransportationOrWarehousing',
  'Utilities',
  'WholesaleTrade',
] as const;
