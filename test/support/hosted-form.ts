// An applicant at Unit's hosted page: opens the link, and sends the form as a browser does.
const place = {
  'address.street': '12 Juniper Way',
  'address.city': 'Boise',
  'address.state': 'ID',
  'address.postalCode': '83702',
};
const telephone = { 'phone.countryCode': '1', 'phone.number': '5555550142' };
const name = { 'fullName.first': 'Ada', 'fullName.last': 'Okafor' };

const under = (at: string, fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => [`${at}.${field}`, value]));

/** What an applicant types, by the kind of form. */
export function formFields(
  type: 'individual' | 'sole_proprietor' | 'business',
  email: string,
  ssn: string,
): Record<string, string> {
  const contact = { ...name, ...telephone, email };
  const occupation = 'ScientistOrTechnologist';
  const person = { ...contact, ...place, dateOfBirth: '1991-04-23', ssn };
  if (type !== 'business') return { ...person, occupation };
  return {
    name: 'Okafor Woodworks',
    ein: '123456789',
    entityType: 'LLC',
    stateOfIncorporation: 'DE',
    ...telephone,
    ...place,
    ...under('contact', contact),
    ...under('officer', { ...person, email: 'officer@example.com', occupation }),
  };
}

/** Posts the page; `query` may choose another kind of applicant than the page's first. */
export async function postForm(url: string, fields: Record<string, string>, query = ''): Promise<Response> {
  return fetch(`${url}${query}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
}
