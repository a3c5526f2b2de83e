// The WSDL 1.1 of the facade, made of the same types and methods that serve it: document/literal, wrapped.

import { METHODS, type Method } from './methods.ts';
import { type Member, SIMPLE, TYPES } from './types.ts';
import { escapeXml } from './xml.ts';

export const NAMESPACE = 'urn:rollcall:identity:1';

const typeOf = (type: string): string => (SIMPLE.some((simple) => simple === type) ? `xsd:${type}` : `tns:${type}`);

const elements = (members: readonly Member[]): string =>
  members
    .map(([name, type, many]) => {
      const most = many ? ' maxOccurs="unbounded"' : '';
      return `<xsd:element name="${name}" type="${typeOf(type)}" minOccurs="0"${most}/>`;
    })
    .join('');

const complexType = ([name, members]: [string, readonly Member[]]): string =>
  `<xsd:complexType name="${name}"><xsd:sequence>${elements(members)}</xsd:sequence></xsd:complexType>`;

const wrapped = (name: string, members: readonly Member[]): string =>
  `<xsd:element name="${name}"><xsd:complexType><xsd:sequence>${elements(members)}</xsd:sequence></xsd:complexType></xsd:element>`;

const messages = ({ name }: Method): string =>
  ['', 'Response']
    .map((tail) => `<message name="${name}${tail}"><part name="parameters" element="tns:${name}${tail}"/></message>`)
    .join('');

const portOperation = ({ name }: Method): string =>
  `<operation name="${name}"><input message="tns:${name}"/><output message="tns:${name}Response"/><fault name="fault" message="tns:fault"/></operation>`;

const bound = ({ name }: Method): string =>
  `<operation name="${name}"><soap:operation soapAction="${name}"/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output><fault name="fault"><soap:fault name="fault" use="literal"/></fault></operation>`;

/** `address` is where the facade answers. */
export function wsdl(address: string): string {
  const results = METHODS.map(({ name, result }) => wrapped(`${name}Response`, result ? [result] : []));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<definitions name="Identity" targetNamespace="${NAMESPACE}" xmlns="http://schemas.xmlsoap.org/wsdl/"`,
    ` xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="${NAMESPACE}">`,
    `<types><xsd:schema targetNamespace="${NAMESPACE}" elementFormDefault="qualified">`,
    ...Object.entries(TYPES).map(complexType),
    ...METHODS.map(({ name, args }) => wrapped(name, args)),
    ...results,
    wrapped('fault', [
      ['code', 'string'],
      ['message', 'string'],
      ['argument', 'string'],
    ]),
    '</xsd:schema></types>',
    ...METHODS.map(messages),
    '<message name="fault"><part name="fault" element="tns:fault"/></message>',
    `<portType name="Identity">${METHODS.map(portOperation).join('')}</portType>`,
    '<binding name="IdentitySoap" type="tns:Identity">',
    '<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>',
    `${METHODS.map(bound).join('')}</binding>`,
    '<service name="IdentityService"><port name="IdentitySoap" binding="tns:IdentitySoap">',
    `<soap:address location="${escapeXml(address)}"/></port></service></definitions>\n`,
  ].join('');
}
