-- Now and then a sign-up becomes a customer.
with signup as (
    select s.id, s.email, s.channel, s.country, s.signed_up_at, co.currency
    from signups s
    join countries co on co.code = s.country
    where s.customer_id is null and s.signed_up_at > current_date - 7
    order by random()
    limit 1
), customer as (
    insert into customers (account_no, external_id, name, email, country, channel, signed_up_at)
    select lpad(nextval('account_numbers')::text, 6, '0'), (9100000000000000000 + (random() * 1e17)::bigint)::text,
           ('{Amber,Cobalt,Fjord,Juniper,Lumen,Mistral,Nimbus,Otter,Quartz,Zéphyr}'::text[])[1 + floor(random() * 10)::int]
               || ' ' || ('{Ventures,Works,Games,Tools,Maps,Press,Garden,Foundry}'::text[])[1 + floor(random() * 8)::int], email, country, channel, signed_up_at
    from signup
    returning id
), converted as (
    update signups set customer_id = customer.id from customer, signup where signups.id = signup.id
)
insert into subscriptions (customer_id, plan, quantity, currency, monthly_amount, billing, started_on)
select customer.id, 'standard', 1, signup.currency,
       round(79 * r.per_eur, case signup.currency when 'JPY' then 0 else 2 end), 'monthly', current_date
from customer
cross join signup
cross join lateral (select per_eur from fx_rates where currency = signup.currency order by day desc limit 1) r;
