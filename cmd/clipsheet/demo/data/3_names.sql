-- Names of companies, made of a first and a second word in the script of their country.

create table seed.words (
    country text not null,
    weight  integer not null, -- of 100 customers, about this many
    firsts  text[] not null,
    seconds text[] not null
);

insert into seed.words (country, weight, firsts, seconds) values
    ('NL', 8, '{Grachten,Polder,Zeewind,Veenstra,Tulp,IJsselmeer,Koopvaart,Dijkhuis,Noordster,Waddenzee,Krullevaar,Daniël,Oosterschelde,Molenaar,Coördinaat,Hoogvliet}',
              '{B.V.,Logistiek B.V.,Software B.V.,Beheer B.V.,& Zonen,Advies,Media,Fietsen,Techniek,Groep}'),
    ('DE', 11, '{Müller,Größe,Jägermeister,Straßer,Königsfeld,Böhm,Lübeck,Schäfer,Weiß,Süßkind,Rößler,Bäumer,Grünwald,Öztürk,Möwe,Häuser,Kühn,Elbflut,Färber,Höhner,Vögel,Nußbaum}',
              '{GmbH,& Söhne GmbH,Maschinenbau AG,Verlag,Softwarehaus GmbH,Logistik KG,Brauerei,Elektronik GmbH,Datentechnik AG,Versand}'),
    ('FR', 7, '{Château Bleu,Lefèvre,Crème & Café,Hélène,Marché Noël,Garçon,Forêt,L''Étoile,Bœuf,D''Artagnan,Très Loin,Île de Ré,Grenoble,Août}',
              '{SARL,SAS,Conseil,Édition,& Fils,Numérique,Traiteur,Transports,Studio,Santé}'),
    ('ES', 4, '{Peñarol,Ibáñez,Muñoz,Corazón,Niño Feliz,Ávila,Logroño,Güell,Canción,Océano,Íñigo,Cigüeña}',
              '{S.L.,S.A.,Hermanos,Consultoría,Viajes,Diseño,Energía,Exportación}'),
    ('PT', 2, '{Açores,São Brás,João Avô,Gonçalves,Conceição,Maçã,Coração,Viúva}',
              '{Lda.,S.A.,& Irmãos,Têxteis,Soluções,Vinhos,Cortiça}'),
    ('GR', 2, '{Αθηνά,Ολύμπια,Θάλασσα,Παπαδόπουλος,Αιγαίο,Ήλιος,Κρητικός,Σπάρτη}',
              '{Α.Ε.,& Υιοί,Ναυτιλιακή,Εκδόσεις,Λογισμικό,Τρόφιμα}'),
    ('GB', 9, '{Thistle,O''Connor,Bramble,Wye Valley,Pennine,King''s Cross,Harrow,Ashdown,Lark,St. Ives,Llanfair,Dovetail,Fox & Hound,Marlow,Skye,Tamar,Oakham,Merrow}',
              '{Ltd,Holdings Ltd,& Sons,Analytics Ltd,Bakery,Insurance plc,Studios,Partners LLP,Freight,Clinics}'),
    ('CH', 2, '{Zürisee,Bärnerland,Genève,Graubünden,Säntis,Zäme,Matterhorn,Rösti}',
              '{AG,GmbH,Sàrl,Treuhand AG,Uhren,Versicherung}'),
    ('SE', 3, '{Ångström,Björk,Sjöstad,Älvsborg,Norrsken,Håkansson,Västkust,Smörgås,Mårten,Öresund}',
              '{AB,& Döttrar AB,Teknik AB,Förlag,Bygg AB,Spel AB}'),
    ('PL', 3, '{Żółw,Łódź,Wiśniewski,Gdańsk,Świerk,Źródło,Księżyc,Chrząszcz,Jabłoński,Dąb}',
              '{Sp. z o.o.,S.A.,i Syn,Usługi,Książki,Przemysł}'),
    ('CZ', 2, '{Škoda,Dvořák,Přátelé,Žižkov,Řeka,Čapek,Hůlka,Měsíc}', '{s.r.o.,a.s.,Strojírny,Pivovar,Nakladatelství,Služby}'),
    ('BG', 1, '{Черно море,Родопи,Иванов,Слънце,Тракия,Зорница,Балкан}', '{ООД,ЕООД,АД,Софтуер,Транспорт}'),
    ('UA', 2, '{Київ,Дніпро,Шевченко,Калина,Їжак,Львівська,Соняшник,Ґанок}', '{ТОВ,ПП,Технології,Видавництво,Пекарня,Логістика}'),
    ('EG', 1, '{النيل,القاهرة,الأهرام,الإسكندرية,زهرة اللوتس,الشروق,سيناء}', '{للتجارة,للبرمجيات,للنقل,والشركاء,القابضة}'),
    ('AE', 1, '{الخليج,دبي,الواحة,الصحراء,النخلة,الإمارات,اللؤلؤة}', '{للاستثمار,للتقنية,للسياحة,العالمية,ش.م.ح.}'),
    ('IL', 2, '{ירושלים,כנרת,הגליל,שקד,ים סוף,תבור,רימון,כרמל}', '{בע״מ,תוכנה,ובניו,מדיה,ייעוץ,אנרגיה}'),
    ('US', 22, '{Blue Heron,Sawtooth,Maple & Main,Redwood,Copper Kettle,Prairie,Lone Star,Bayou,O''Malley,Great Lakes,Sundance,Cascade,Granite,Kiwi Bird,Juniper,Tidewater,Ozark,Silver Line,Big Sky,Half Moon,Bluebonnet,Cedar & Pine,Old Harbor,Rockaway,Pelican,Mesa Verde,Shenandoah,Wolverine,Buckeye,Magnolia,Yosemite,Flint Hills,O''Hara,Piedmont,Cumberland,Sagebrush}',
              '{"Inc.","LLC","Labs, Inc.","Logistics","Health","Foods, LLC","Software","Robotics","Outfitters","Credit Union","Media Group","Supply Co."}'),
    ('CA', 3, '{Érablière,Maritime,Québec Nord,Saskatoon,Tundra,Forêt Boréale,Halifax,Yukon}', '{"Inc.",Ltée,Coop,Mining Corp.,Studios,Outfitters}'),
    ('BR', 4, '{Pão de Mel,Ipê,São João,Coração,Amazônia,Açaí,Iguaçu,Estação,Ação,Ribeirão,Sertão,Jaú,Búzios,Maré Alta}', '{Ltda.,S.A.,Tecnologia,Alimentos,Logística,Educação}'),
    ('MX', 2, '{Águila,Jalapeño,Volcán,Peñón,Oaxaqueña,Nopal,Búho}', '{S.A. de C.V.,y Asociados,Tecnología,Distribución,Diseño}'),
    ('JP', 5, '{桜,富士見,山田,さくらんぼ,カモメ,東雲,青葉,ひまわり,白鳥,銀河,みなと,ソラ}', '{株式会社,ソフトウェア,商事,物流,製作所,デザイン,銀行,出版}'),
    ('KR', 2, '{한강,무궁화,서울숲,백두,해돋이,달빛,제주바람,소나무}', '{주식회사,소프트,물산,게임즈,출판사,전자}'),
    ('CN', 3, '{长城,青云,锦绣,黄河,东方红日,竹林,凤凰,天山}', '{有限公司,科技,物流,软件,贸易,出版社}'),
    ('TW', 1, '{玉山,淡水河,臺灣茶,日月潭,龍門,鹿港}', '{股份有限公司,科技,書店,電子,設計}'),
    ('IN', 4, '{गंगा,सूर्योदय,भारत,हिमालय,कमल,नीलकंठ,मयूर,आकाश,சென்னை,Śrī Lakṣmī,गुलाब,उत्तर दिशा,मोती,চাঁদ}', '{प्राइवेट लिमिटेड,उद्योग,प्रौद्योगिकी,Traders,Infotech Pvt. Ltd.,एंड सन्स}'),
    ('TH', 1, '{ช้างเผือก,แม่น้ำ,ดอกบัว,ภูเก็ต,น้ำใจ,สยาม}', '{จำกัด,เทคโนโลยี,การค้า,ขนส่ง,มีเดีย}'),
    ('AU', 2, '{Wattle,Uluru,Kookaburra,Southern Cross,Eucalypt,Bondi,D''Entrecasteaux}', '{Pty Ltd,Mining Pty Ltd,Surf Co.,Wines,Health}'),
    ('VN', 1, '{Sông Hồng,Hà Nội,Hoa Sen,Nguyễn,Đà Nẵng,Phở Việt}', '{TNHH,Công nghệ,Thương mại,& Con,Du lịch}');

-- Some customers choose names that test whoever handles them: quotes, commas, signs a spreadsheet takes for formulas.
create table seed.odd_names (id bigint primary key, name text not null);

insert into seed.odd_names values
    (12, 'Weiß, Schwarz & Grau'), (40, 'The "Original" Soap Company'), (77, '=SUM Analytics'), (101, '+49 Studio'),
    (150, '-Minus Zero-'), (204, '@home Labs'), (256, 'Null & Void, "Ltd"'), (300, 'Rocket Dogs 🚀'), (365, '007 Security'),
    (404, 'Not Found; DROP TABLES'), (512, 'Ærø''s "Øl", A/S'), (640, 'Tab & Semicolon; Co.'), (720, 'Família 👩‍👩‍👧 Feliz'),
    (808, '1E5 Instruments'), (911, 'TRUE'), (1024, U&'Zero\200BWidth Press'), (1200, 'Jan 1 Events'), (1500, '100% Natural, S.A.');
