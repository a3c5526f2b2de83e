// Names for the demo org: a list of words.
import type { Locale } from '../model/text.ts';

interface Name {
  locale: Locale;
  given: string;
  family: readonly string[];
  /** Local part of the address. */
  ascii: string;
  zone: string;
}

const EN = ['Okafor', 'Whitfield', 'O’Brien', 'Featherstonehaugh', 'Nguyen', 'Adeyemi-Clarke', 'Lovelace', 'Haddad'];
const FR = ['Lefèvre', 'Dupont', 'N’Diaye', 'Béranger', 'Saint-Exupéry', 'Moreau', 'Çelik', 'Garçon'];
const DE = ['Müller', 'Schröder', 'von der Heide', 'Weiß', 'Özdemir', 'Kowalski', 'Groß', 'Lindqvist'];
const BR = ['Gonçalves', 'Araújo', 'de Souza', 'Magalhães', 'Conceição', 'Tanaka', 'Assunção', 'dos Santos'];
const CJK = ['李', '王', '佐藤', '高橋', '김', '박', '陳', '鈴木'];

const of = (locale: Locale, zone: string, family: readonly string[], names: readonly [string, string][]): Name[] =>
  names.map(([given, ascii]) => ({ locale, given, family, ascii, zone }));

const ALL: readonly Name[][] = [
  of('en-US', 'America/New_York', EN, [
    ['Ada', 'ada'],
    ['Ngozi', 'ngozi'],
    ['Siobhán', 'siobhan'],
    ['Maximilian-Alexander', 'max'],
    ['Priya', 'priya'],
  ]),
  of('fr-FR', 'Europe/Paris', FR, [
    ['Zoé', 'zoe'],
    ['Jérôme', 'jerome'],
    ['Aminata', 'aminata'],
    ['François', 'francois'],
  ]),
  of('de-DE', 'Europe/Berlin', DE, [
    ['Jürgen', 'juergen'],
    ['Annegret', 'annegret'],
    ['Łukasz', 'lukasz'],
    ['Ayşe', 'ayse'],
  ]),
  of('pt-BR', 'America/Sao_Paulo', BR, [
    ['João', 'joao'],
    ['Inês', 'ines'],
    ['Thiago', 'thiago'],
  ]),
  of('en-US', 'Asia/Tokyo', CJK, [
    ['小龍', 'xiaolong'],
    ['美咲', 'misaki'],
    ['민준', 'minjun'],
  ]),
];

export const NAMES: readonly Name[] = ALL.flat();

export const TITLES = [
  'Account executive',
  'Customer success engineer',
  'Team lead',
  'Software engineer',
  'Support agent',
  'Recruiter',
  'Data analyst',
] as const;

export const DEPARTMENTS = ['Sales', 'Support', 'R&D', 'People', 'Finance & Legal'] as const;

export const TEAMS = [
  'North',
  'South',
  'Enterprise',
  'Platform',
  'Payments',
  'Onboarding',
  'Night shift',
  'Équipe Paris',
  'Team München',
  'Time São Paulo',
  '東京チーム',
  'Data',
] as const;

export const PLACES = {
  divisions: ['Americas', 'Europe', 'Asia', 'Headquarters'],
  locations: [
    { name: 'Berlin', city: 'Berlin', country: 'DE', timeZone: 'Europe/Berlin' },
    { name: 'São Paulo', city: 'São Paulo', country: 'BR', timeZone: 'America/Sao_Paulo' },
    { name: '東京', city: 'Tokyo', country: 'JP', timeZone: 'Asia/Tokyo' },
  ],
} as const;
