-- Many accounts from one network within an hour are rarely people. They come for free computers to mine on.
select date_trunc('hour', signed_up_at) as hour, network(set_masklen(ip, 24)) as network, count(*) as sign_ups,
       count(distinct split_part(email, '@', 2)) as domains, min(split_part(email, '@', 2)) as a_domain,
       string_agg(distinct channel, ', ') as channels,
       max(signed_up_at) - min(signed_up_at) as within
from signups
where signed_up_at >= current_date - 60
group by 1, 2
having count(*) >= :threshold
order by hour desc, sign_ups desc
