-- What the company knows before its first customer: countries, plans, accounts, stacks, exchange rates.

insert into countries (code, name, region, currency, vat_rate) values
    ('NL', 'Netherlands',    'EMEA', 'EUR', 21), ('DE', 'Germany',        'EMEA', 'EUR', 0),
    ('FR', 'France',         'EMEA', 'EUR', 0),  ('ES', 'Spain',          'EMEA', 'EUR', 0),
    ('PT', 'Portugal',       'EMEA', 'EUR', 0),  ('GR', 'Greece',         'EMEA', 'EUR', 0),
    ('GB', 'United Kingdom', 'EMEA', 'GBP', 20), ('CH', 'Switzerland',    'EMEA', 'CHF', 8.1),
    ('SE', 'Sweden',         'EMEA', 'SEK', 0),  ('PL', 'Poland',         'EMEA', 'PLN', 0),
    ('CZ', 'Czechia',        'EMEA', 'EUR', 0),  ('BG', 'Bulgaria',       'EMEA', 'EUR', 0),
    ('UA', 'Ukraine',        'EMEA', 'USD', 0),  ('EG', 'Egypt',          'EMEA', 'USD', 0),
    ('AE', 'United Arab Emirates', 'EMEA', 'USD', 0), ('IL', 'Israel',   'EMEA', 'USD', 0),
    ('US', 'United States',  'AMER', 'USD', 0),  ('CA', 'Canada',         'AMER', 'USD', 0),
    ('BR', 'Brazil',         'AMER', 'USD', 0),  ('MX', 'Mexico',         'AMER', 'USD', 0),
    ('JP', 'Japan',          'APAC', 'JPY', 10), ('KR', 'South Korea',    'APAC', 'USD', 0),
    ('CN', 'China',          'APAC', 'USD', 0),  ('TW', 'Taiwan',         'APAC', 'USD', 0),
    ('IN', 'India',          'APAC', 'INR', 18), ('TH', 'Thailand',       'APAC', 'USD', 0),
    ('AU', 'Australia',      'APAC', 'USD', 0),  ('VN', 'Vietnam',        'APAC', 'USD', 0);

insert into plans (code, name, rank, price_eur) values
    ('hobby', 'Hobby', 1, 19), ('standard', 'Standard', 2, 79), ('business', 'Business', 3, 290),
    ('enterprise', 'Enterprise', 4, 1450);

insert into accounts (code, name, kind) values
    ('0010', 'Bank, euro',           'bank'),      ('0011', 'Bank, US dollar',      'bank'),
    ('0012', 'Bank, pound sterling', 'bank'),      ('0013', 'Bank, Swiss franc',    'bank'),
    ('0014', 'Bank, Swedish krona',  'bank'),      ('0015', 'Bank, złoty',          'bank'),
    ('0016', 'Bank, yen',            'bank'),      ('0017', 'Bank, Indian rupee',   'bank'),
    ('0019', 'Card processor',       'bank'),      ('0030', 'Currency conversion',  'asset'),
    ('0110', 'Accounts receivable',  'asset'),     ('0170', 'VAT payable',          'liability'),
    ('0200', 'Share capital',        'equity'),    ('0400', 'Subscription revenue', 'revenue'),
    ('0410', 'Usage revenue',        'revenue'),   ('0420', 'Marketplace revenue',  'revenue'),
    ('0600', 'Payment fees',         'cost'),      ('0610', 'Data centres',         'cost'),
    ('0620', 'Salaries',             'cost'),      ('0630', 'Office',               'cost'),
    ('0640', 'Marketing',            'cost'),      ('0690', 'Bad debts',            'cost');

insert into stacks (name, deprecated_on, ends_on) values
    ('pier-18', seed.today() - 700, seed.today() - 60),
    ('pier-20', seed.today() - 320, seed.today() + 45),
    ('pier-22', null, null),
    ('pier-24', null, null);

-- Rates wander around a usual value in slow waves, with a little noise each day.
insert into fx_rates (currency, day, per_eur)
select c.code, d::date,
       round((c.usual * (1 + 0.045 * sin(extract(epoch from d) / 86400 / 67 + c.n)
                           + 0.020 * sin(extract(epoch from d) / 86400 / 23 + c.n * 2)
                           + 0.004 * (seed.rand(d::date - date '2000-01-01', c.n) - 0.5)))::numeric, 8)
from (values (1, 'USD', 1.09), (2, 'GBP', 0.85), (3, 'CHF', 0.95), (4, 'SEK', 11.4), (5, 'PLN', 4.32),
             (6, 'JPY', 161.0), (7, 'INR', 91.5)) c (n, code, usual),
     generate_series(seed.first_day() - 800, seed.today(), interval '1 day') d
union all
select 'EUR', d::date, 1
from generate_series(seed.first_day() - 800, seed.today(), interval '1 day') d;
