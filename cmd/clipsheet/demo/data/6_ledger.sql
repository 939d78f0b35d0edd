-- The books, written from what happened: 300,000 postings. An entry is made of the lines that share kind and ref.

create table seed.lines (
    kind text not null, ref bigint not null, day date not null, memo text not null,
    line int not null, account text not null, currency text not null, amount numeric(14, 2) not null,
    invoice_id bigint, payment_id bigint
);

insert into seed.lines
select case i.kind when 'invoice' then 'invoice' else 'credit note' end, i.id, i.issued_on, i.number, l.line, l.account,
       i.currency, l.amount, i.id, null
from invoices i
left join seed.drafts d on d.id = i.id,
     lateral (values (1, '0110', i.gross), (2, '0400', -(i.net - coalesce(d.usage, 0))), (3, '0410', -d.usage), (4, '0170', -i.tax))
         l (line, account, amount)
where l.amount <> 0;

insert into seed.lines
select 'payment', p.id, p.received_at::date, case when p.amount < 0 then 'Refund ' else 'Payment ' end || p.processor_ref,
       l.line, l.account, p.currency, l.amount, p.invoice_id, p.id
from payments p,
     lateral (values (1, case p.method when 'card' then '0019' else seed.bank(p.currency) end, p.amount - p.fee),
                     (2, '0600', p.fee), (3, '0110', -p.amount)) l (line, account, amount)
where l.amount <> 0;

insert into seed.lines
select 'write-off', i.id, i.written_off_on, 'Written off ' || i.number, l.line, l.account, i.currency, l.amount, i.id, null
from invoices i,
     lateral (values (1, '0690', i.gross), (2, '0110', -i.gross)) l (line, account, amount)
where i.written_off_on is not null;

-- The card processor pays out once a week what it collected in the week before.
insert into seed.lines
select 'payout', extract(epoch from week)::bigint / 60 + ascii(weeks.currency) * 7 + ascii(substr(weeks.currency, 2)), week + 9,
       'Payout of ' || weeks.currency || ' for the week of ' || week, l.line, l.account, weeks.currency, l.amount, null, null
from (select date_trunc('week', day)::date as week, currency, sum(amount) as amount
      from seed.lines
      where account = '0019'
      group by 1, 2) weeks,
     lateral (values (1, seed.bank(weeks.currency), weeks.amount), (2, '0019', -weeks.amount)) l (line, account, amount)
where weeks.amount <> 0 and week + 9 <= seed.today();

insert into seed.lines values
    ('opening', 1, seed.first_day(), 'Opening balance', 1, '0010', 'EUR', 850000, null, null),
    ('opening', 1, seed.first_day(), 'Opening balance', 2, '0200', 'EUR', -850000, null, null);

-- Most of the foreign money is changed into euros each month. Both sides of an exchange balance in their currency.
insert into seed.lines
select 'conversion', extract(epoch from month)::bigint / 60 + ascii(c.currency) * 7 + ascii(substr(c.currency, 2)), on_day,
       'Changed ' || c.currency || ' into EUR', l.line, l.account, l.currency, l.amount, null, null
from (select m.month, (m.month + interval '1 month 4 days')::date as on_day, m.currency,
             seed.money(m.amount * 0.8, m.currency) as amount, round(m.amount * 0.8 / r.per_eur, 2) as euros
      from (select date_trunc('month', day) as month, currency, sum(amount) as amount
            from seed.lines
            where account between '0011' and '0017'
            group by 1, 2) m
      join fx_rates r on r.currency = m.currency and r.day = (m.month + interval '1 month 4 days')::date) c,
     lateral (values (1, '0010', 'EUR', euros), (2, '0030', 'EUR', -euros),
                     (3, '0030', c.currency, c.amount), (4, seed.bank(c.currency), c.currency, -c.amount)) l (line, account, currency, amount)
where on_day <= seed.today() and c.amount > 0;

-- Costs follow revenue, with a thirteenth salary in May.
insert into seed.lines
select 'cost', extract(year from month)::int * 1000 + extract(month from month)::int * 10 + c.n,
       (month + c.day * interval '1 day')::date, c.memo, l.line, l.account, 'EUR', l.amount, null, null
from (select date_trunc('month', day) as month, -sum(amount / r.per_eur) as revenue
      from seed.lines
      join fx_rates r using (currency, day)
      where account in ('0400', '0410')
      group by 1) months,
     (values (1, '0620', 24, 0.46, 'Salaries'), (2, '0610', 14, 0.17, 'Data centres'), (3, '0630', 2, 0.05, 'Rent'),
             (4, '0640', 9, 0.12, 'Advertising')) c (n, account, day, share, memo),
     lateral (select round(revenue * c.share * (0.95 + 0.1 * seed.rand(extract(epoch from month)::bigint, c.n))::numeric
                           * case when c.n = 1 and extract(month from month) = 5 then 2 else 1 end, 2) as euros) cost,
     lateral (values (1, c.account, euros), (2, '0010', -euros)) l (line, account, amount)
where (month + c.day * interval '1 day')::date <= seed.today();

-- Add-ons sold in the marketplace fill the books up to 300,000 postings.
insert into seed.lines
select 'marketplace', n, day, 'Add-on ' || seed.pick(n, 30, '{redis,search,mail,logs,metrics,queue}'), l.line, l.account, 'EUR', l.amount, null, null
from (select count(*) as so_far from seed.lines) c,
     generate_series(1, (300000 - so_far) / 2 - so_far % 2) n,
     lateral (select seed.first_day() + floor((seed.today() - seed.first_day()) * sqrt(seed.rand(n, 31)))::int as day,
                     round((3 + 60 * power(seed.rand(n, 32), 3))::numeric, 2) as euros) sale,
     lateral (values (1, '0010', euros), (2, '0420', -euros)) l (line, account, amount);

-- When the number of lines was odd, room for three is left: a sale split over two accounts.
insert into seed.lines
select 'marketplace', 0, seed.today(), 'Add-on bundle', l.line, l.account, 'EUR', l.amount, null, null
from (values (1, '0010', 42.10), (2, '0420', -30.05), (3, '0410', -12.05)) l (line, account, amount)
where (select count(*) from seed.lines) % 2 = 1;

create table seed.numbered as
select kind, ref, row_number() over (order by min(day), kind <> 'opening', kind, ref) as id, min(day) as day, min(memo) as memo,
       min(invoice_id) as invoice_id, min(payment_id) as payment_id
from seed.lines
group by kind, ref;

insert into entries (id, booked_on, kind, memo, invoice_id, payment_id)
select id, day, kind, memo, invoice_id, payment_id from seed.numbered order by id;

insert into postings (id, entry_id, line, account, currency, amount)
select row_number() over (order by n.id, l.line), n.id, l.line, l.account, l.currency, l.amount
from seed.lines l
join seed.numbered n using (kind, ref)
order by n.id, l.line;
