-- Invoices on the day of the month a subscription began, their lines, credit notes, and who paid when.

create table seed.drafts as
select row_number() over (order by day, s.id) as id, s.id as subscription_id, s.customer_id, s.currency, s.billing,
       s.plan, s.quantity, day,
       case s.billing when 'annual' then round(s.monthly_amount * 12 * 0.9, 0) else s.monthly_amount end as fee,
       case when seed.rand(s.id * 1000 + (day - seed.first_day()), 20) < 0.45 then
           seed.money((s.monthly_amount * 0.5 * seed.rand(s.id * 1000 + (day - seed.first_day()), 21)
                       * case extract(month from day) when 11 then 1.4 when 12 then 1.5 when 8 then 0.7 else 1 end)::numeric,
                      s.currency)
       end as usage
from subscriptions s,
     lateral (select (s.started_on + k * case s.billing when 'annual' then interval '12 months' else interval '1 month' end)::date as day
              from generate_series(0, 70) k) months
where day >= seed.first_day() and day <= seed.today() and (s.ended_on is null or day < s.ended_on);

-- 7 in 10 pay by card at once; the others by transfer, some late, a few never.
create table seed.issued as
select d.id, d.subscription_id, d.customer_id, d.currency, d.billing, d.plan, d.quantity, d.day, d.fee, d.usage,
       d.fee + coalesce(d.usage, 0) as net,
       seed.money((d.fee + coalesce(d.usage, 0)) * countries.vat_rate / 100, d.currency) as tax,
       customers.iban is null or seed.rand(d.customer_id, 22) < 0.5 as by_card,
       seed.rand(d.id, 23) as luck
from seed.drafts d
join customers on customers.id = d.customer_id
join countries on countries.code = customers.country;

insert into invoices (id, number, kind, customer_id, subscription_id, issued_on, due_on, currency, net, tax, gross, written_off_on)
select id, 'INV-' || extract(year from day) || '-' || lpad(id::text, 6, '0'), 'invoice', customer_id, subscription_id,
       day, day + case when by_card then 0 else 30 end, currency, net, tax, net + tax,
       case when luck < 0.006 and day + 200 <= seed.today() then day + 200 end
from seed.issued
order by id;

insert into invoice_lines (invoice_id, line, description, quantity, amount)
select id, 1, initcap(plan) || ' plan, ' || case billing when 'annual' then 'a year' else 'a month' end, quantity, fee
from seed.issued
union all
select id, 2, 'Usage above the plan, hours', round((5 + 400 * luck)::numeric, 3), usage
from seed.issued
where usage is not null;

-- One invoice in ninety is taken back in part, a few days later.
insert into invoices (id, number, kind, customer_id, subscription_id, credits, issued_on, due_on, currency, net, tax, gross)
select 1000000 + id, 'CN-' || extract(year from day + 6) || '-' || lpad(id::text, 6, '0'), 'credit_note', customer_id,
       subscription_id, id, day + 6, day + 6, currency, -part.net, -part.tax, -part.net - part.tax
from seed.issued,
     lateral (select seed.money(issued.net * 0.4, currency) as net, seed.money(issued.tax * 0.4, currency) as tax) part
where luck > 0.989 and day + 6 <= seed.today();

insert into invoice_lines (invoice_id, line, description, quantity, amount)
select id, 1, 'Credit for an outage', 1, net from invoices where kind = 'credit_note';

create table seed.paid as
select id as invoice_id, day, currency, net + tax as amount, by_card, id as n, 1 as part,
       case when by_card then day + floor(seed.rand(id, 24) * 2)::int
            when seed.rand(id, 24) < 0.86 then day + 8 + floor(seed.rand(id, 25) * 24)::int
            else day + 31 + floor(seed.rand(id, 25) * 75)::int end as on_day
from seed.issued
where luck >= 0.006 and not (luck between 0.40 and 0.412 and not by_card)
union all
-- A few transfers come in two parts.
select id, day, currency, part.amount, by_card, id + 2000000 * part.part, part.part, day + 20 + 37 * (part.part - 1)
from seed.issued,
     lateral (values (1, seed.money((net + tax) * 0.6, currency)),
                     (2, net + tax - seed.money((net + tax) * 0.6, currency))) part (part, amount)
where luck between 0.40 and 0.412 and not by_card
union all
-- Credit notes are paid out.
select i.id, i.issued_on, i.currency, i.gross, s.by_card, i.id, 1, i.issued_on + 3
from invoices i
join seed.issued s on s.id = i.credits
where i.kind = 'credit_note' and s.luck >= 0.006;

insert into payments (id, processor_ref, invoice_id, received_at, method, currency, amount, fee)
select row_number() over (order by on_day, n), 9007199254740993 + n * 104729, invoice_id,
       least(on_day + interval '5 hours' + seed.rand(n, 26) * interval '15 hours', now()),
       case when by_card then 'card' else 'transfer' end, currency, amount,
       case when by_card and amount > 0 then seed.money(amount * 0.014 + 0.25, currency) else 0 end
from seed.paid
where on_day <= seed.today();
