-- Invoiced revenue by month and region, in euros at the rate of the day of the invoice, net of tax.
select date_trunc('month', i.issued_on)::date as month, co.region,
       count(*) filter (where i.kind = 'invoice') as invoices,
       round(coalesce(sum(i.net / r.per_eur) filter (where i.kind = 'invoice'), 0), 2) as invoiced,
       round(coalesce(sum(i.net / r.per_eur) filter (where i.kind = 'credit_note'), 0), 2) as credited,
       round(sum(i.net / r.per_eur), 2) as revenue
from invoices i
join customers c on c.id = i.customer_id
join countries co on co.code = c.country
join fx_rates r on r.currency = i.currency and r.day = i.issued_on
where i.issued_on >= :from
  and i.issued_on < :until
  and (:region = 'all' or co.region = :region)
group by 1, 2
order by 1, 2
