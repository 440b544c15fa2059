"""Words that we chose ourselves: names the name lists lack, and fillers of templates.

Common names and well-known words only; nobody in particular is meant.
"""

FIRST_NAMES = """
aarav aditi aditya ajith akash akhil amit amrita anand ananya anil anita anjali ankit
anusha aparna arjun arun arvind asha ashok ashwin balaji bhaskar bhavani chandra charan
deepa deepak devi dhanush dinesh divya durga ganesh gaurav gayathri geetha girish gopal
gowri hari harish hema indira ishaan jagan janani jaya jayanthi jeeva jyothi kalai kamal
kannan karthik karthika kavitha kavya keerthi kiran kishore krishna kumaran lakshmi
lalitha latha lokesh madhavi madhu mahesh malathi malini manoj meena meera mohan mukesh
murali nandini naveen neha nikhil nisha nithya padma pavithra pooja prabhu pradeep
prakash pranav prasad prasanna praveen preethi prem priya priyanka radha raghu rahul
rajesh rajiv rakesh ramesh ramya ranjith rashmi ravi rekha revathi rohit roshan sachin
sai sandhya sangeetha sanjay santhosh saranya sarita sathish selvi senthil shanthi
shankar shilpa shiva shreya siva sneha sowmya sridhar srinivas subash sudha suganya
sujatha sumathi sundar sunil suresh surya swathi tamil thirumal uma usha vaishnavi
vanitha varun vasanth venkat venkatesh vidya vignesh vijay vikram vimal vinod vishal
vivek yamini yash yogesh imran fatima zainab ayesha bilal hamza usman tariq nadia farhan
ahmed ahmad ali amina hassan hussein ibrahim khalid layla leila mariam mohammed muhammad
mohamed mustafa noor omar rania samir sara yasmin youssef yusuf zahra abdullah salma
karim jamal rashid faisal huda nour tarek walid wei ming xiao hong jing jun lei li ling
mei min ping qiang qing rong tao ting xin yan yang yi ying yong yu yun zhen zhi hao jie
fang bin chao feng gang guang hui jian kai lan liang lihua peng rui shan wen xia
hiroshi kenji takashi yuki yuko akira haruto haruka sakura naoko keiko satoshi kazuo
tomoko ayumi daisuke emi hana kaori makoto mariko minoru noriko shinji yoshi takeshi
minjun jiwoo seo-yeon jihoon hyun soojin eunji minji sungho youngho jisoo hyejin
nguyen thi anh linh minh hung thuy trang tuan huong phuong dung quang hai lan mai
chidi chioma emeka ngozi ifeanyi adaeze obinna kelechi amara tunde yemi bola femi kemi
sade olu ayodele babatunde kwame kofi ama akua yaw abena esi kojo wanjiru njeri kamau
otieno achieng mwangi wambui thabo sipho thandi nomsa zanele lerato kagiso tendai
tatenda chipo farai abebe tesfaye selam hana dawit mulu aminata mamadou ousmane fatou
dmitri dmitry sergei sergey alexei natasha olga svetlana ivan igor vladimir tatiana
oksana andrei anastasia mikhail boris yuri nikolai elena katya pavel bogdan jovana
milan dragan zoran goran nikola stjepan ines luka juan jose maria carlos luis ana
miguel sofia javier diego lucia pedro pablo fernanda alejandro camila valentina jorge
rosa mateo guadalupe xiomara thiago joao beatriz rafael larissa gustavo lucas giulia
marco matteo chiara francesca luca lorenzo alessandro jurgen heike uwe sabine anke lars
bjorn astrid ingrid sven freya magnus siobhan niamh aoife saoirse ciaran sean eoin
padraig rhys carys gwen dylan ewan callum isla hamish mehmet ayse emre elif can deniz
esra burak shira noa yael avi moshe eitan ari tamar mike mick bob bobby bill billy jim
jimmy joe joey tom tommy tim timmy dave steve matt pat pete rob ron rick dick nick andy
ed eddie ted teddy ben benny sam sammy alex max liz lizzy beth betty kate katie kathy
cathy jen jenny jess jessie sue susie deb debbie barb pam kim kris chris tina tara tony
vicky maggie meg peggy nan nancy abby ally andrea becky brad cody dana drew gabe greg
hank hal jake jeff jerry josh ken kenny larry leo lou manny marty mel mitch nate ned
phil ray ricky sandy stan terry theo vince walt wes zach zack
"""

LAST_NAMES = """
agarwal ahmed akhtar ali anand ansari arora ashraf bai balakrishnan banerjee basu bhat
bhatt bose chakraborty chandran chandrasekar chatterjee chauhan chopra choudhury das
desai deshmukh devi dhawan dutta fernandes ganesan ghosh gill gopal gopalan goswami
gounder govindan gowda gupta hegde hussain iyer iyengar jain jha joshi kannan kapoor
kaur khan khanna krishnamurthy krishnan kulkarni kumar lal malhotra malik mani mehra
mehta menon mishra mohan mukherjee murugan murthy muthu nadar naidu nair nambiar
natarajan nayak nayar pandey parmar patel patil perumal pillai prasad qureshi raghavan
rai raj raja rajagopal rajan rajendran rajput ram raman ramachandran ramakrishnan
ramanathan ramaswamy rana rangarajan rao rathore ravi reddy roy sahu samuel saxena
selvam sen sethi shah shaikh sharma shetty shukla siddiqui singh sinha sivakumar
sridhar srinivasan subramaniam subramanian sundaram swamy thakur thangavel thomas
tiwari trivedi varma velu venkataraman venkatesan verma vyas yadav
wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng
liang xie tang feng dong cai deng peng cao yuan tian lu ye jiang wei su lü fan fang shi
yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng long wan
chan wong lam cheung leung ng ho chow yip tsang kwok
tanaka suzuki sato watanabe takahashi yamamoto nakamura kobayashi kato yoshida yamada
sasaki matsumoto inoue kimura hayashi shimizu mori abe ikeda hashimoto ishikawa ogawa
kim lee park choi jung kang cho yoon jang lim han oh seo shin kwon hwang ahn song yoo
nguyen tran le pham hoang huynh phan vu vo dang bui do ngo duong ly
okafor okonkwo okeke nwosu eze obi adeyemi adebayo ogunleye balogun afolabi oladipo
mensah owusu boateng asante osei agyeman kamau mwangi otieno ochieng njoroge wanjiku
kimani mutua dlamini nkosi ndlovu khumalo mokoena sithole zulu moyo ncube diallo
traore keita diop ndiaye sow abdi mohamud hassan haile tesfaye bekele
haddad khoury mansour nasser saleh hamdan aziz farouk darwish al-masri el-sayed
ivanov petrov smirnov kuznetsov popov sokolov volkov kovalenko shevchenko novak kowalski
nowak wisniewski wojcik lewandowski horvat jovanovic petrovic nikolic markovic
garcia martinez rodriguez lopez hernandez gonzalez perez sanchez ramirez torres flores
rivera gomez diaz reyes morales cruz ortiz gutierrez chavez ramos ruiz mendoza vargas
silva santos oliveira souza pereira costa ferreira almeida carvalho ribeiro
rossi russo ferrari esposito bianchi romano colombo ricci müller schmidt schneider
fischer weber meyer wagner becker schulz hoffmann dubois lefebvre moreau laurent
johansson andersson nilsson hansen larsen jensen nielsen virtanen korhonen
o'brien o'connor o'neill o'sullivan o'reilly d'angelo d'souza mcdonald macleod
yilmaz kaya demir celik sahin cohen levi mizrahi friedman
"""

COMPANIES = """
Amazon|Google|Microsoft|Apple|Facebook|Meta|Netflix|Walmart|Target|Costco|Best Buy
Home Depot|IKEA|Tesco|Lidl|Aldi|Starbucks|McDonald's|Burger King|Subway|Pizza Hut|Nike
Adidas|Zara|H&M|Sony|Samsung|LG|Nokia|Siemens|Bosch|Philips|Toyota|Honda|Ford|BMW
Volkswagen|Tesla|Boeing|Airbus|Delta|Lufthansa|Ryanair|United Airlines|Emirates|Uber
Lyft|Airbnb|Expedia|Booking.com|PayPal|Visa|Mastercard|American Express
Bank of America|Wells Fargo|JPMorgan|Chase|Citibank|HSBC|Barclays|Lloyds|Santander
Deutsche Bank|UBS|Goldman Sachs|Morgan Stanley|Allianz|AXA|Geico|State Farm|Aetna
Pfizer|Novartis|Roche|Verizon|AT&T|T-Mobile|Vodafone|Comcast|Intel|IBM|Oracle|SAP
Cisco|Dell|HP|Adobe|Nvidia|Salesforce|Accenture|Deloitte|KPMG|PwC|McKinsey|FedEx|UPS
DHL|Royal Mail|BBC|CNN|NBC|Reuters|The New York Times|The Guardian|NASA|FBI|CIA|IRS
NHS|UNICEF|WHO|NATO|European Union|United Nations|Red Cross|Harvard University
Stanford|MIT|Oxford University|UCLA|NYU|Cambridge University|Yale|Real Madrid
Manchester United|Chicago Bulls|Yankees|Lakers|Republican Party|Labour Party|Congress
Senate|Supreme Court|Mayo Clinic|Enron|Infosys|Tata|Wipro|Reliance|Flipkart|Alibaba
Tencent|Huawei|Xiaomi|Lenovo|Toshiba|Panasonic
"""
COMPANY_ENDS = """
Inc|Inc.|Ltd|Ltd.|LLC|Corp|Corp.|GmbH|plc|Group|Holdings|Partners|& Co|& Sons|Bank
University|College|School|High School|Hospital|Clinic|Medical Center|Insurance|Airlines
Foundation|Institute|Association|Union|Society|Systems|Solutions|Technologies|Labs
Consulting|Logistics|Motors|Foods|Pharmacy|Hotel|Restaurant|Realty|Law Firm|Council
Department|Services|Media|Energy|Capital|Church|Museum|Library|Industries
"""
COMPANY_STEMS = """
Northwind|Blue Ridge|Summit|Pinnacle|Evergreen|Silver Lake|First National|Pacific|Atlas
Apex|Golden Gate|Riverside|Oakwood|Liberty|Heritage|Horizon|Crescent|Redwood|Vertex|Nova
Quantum|Bright|Sunrise|Lakeside|Harbor|Metro|Global|National|United|Royal|St. Mary's
St. Jude|Mercy|Central|Eastern|Western|Greenfield|Stonebridge|Cobalt|Lumen|Zenith|Acme
"""
PRODUCTS = """
iPhone|iPhone 15|iPad|MacBook Pro|Galaxy S24|Pixel 8|Kindle|Echo Dot|PlayStation|PS5
Xbox|Nintendo Switch|AirPods|Windows 11|Word|Excel|Photoshop|Chrome|Firefox|Outlook
Gmail|Android|Model 3|Corolla|Civic|GPT-4|Claude|Gemini|Llama|Copilot|ChatGPT|Siri
Alexa|laptop|phone|router|washing machine|keyboard|headphones|printer|TV|blender
jacket|shoes|subscription|gift card|ibuprofen|aspirin|metformin|Tylenol|Advil|Python
Java|React|Docker|Kubernetes|Postgres|Linux|Bluetooth|Wi-Fi|Prime|Premium plan
Pro plan|Basic|mouse|charger
"""
ROLES = """
manager|nurse|doctor|engineer|teacher|lawyer|accountant|CEO|CFO|director|assistant|clerk
sister|brother|mother|father|husband|wife|son|daughter|friend|boss|colleague|neighbor
landlord|mom|dad|aunt|uncle|cousin|partner|supervisor|agent|driver|therapist|Manager
Sales Director|Software Engineer|Product Manager|customer|client|girlfriend|boyfriend
"""
CONDITIONS = """
diabetes|asthma|flu|a fever|migraine|back pain|high blood pressure|anxiety
a broken arm|Parkinson's disease|Crohn's disease|Alzheimer's|COVID-19|hypertension
arthritis|Down syndrome
"""
CARS = """
Toyota Corolla|Toyota Camry|Honda Civic|Honda Accord|Ford Focus|Ford F-150|Nissan Altima
Nissan Rogue|Kia Rio|Kia Sportage|Hyundai Elantra|Hyundai Tucson|Mazda 3|Subaru Outback
Jeep Wrangler|Chevrolet Malibu|Chevy Silverado|BMW X5|Audi A4|Mercedes C-Class|VW Golf
Volkswagen Passat|Tesla Model 3|Volvo XC60|Suzuki Swift|Fiat 500|Renault Clio
Skoda Octavia|Peugeot 208|Opel Corsa|Lexus RX|Dodge Charger|Ram 1500|GMC Sierra
Porsche 911|Mini Cooper|Tata Nexon|Mahindra Thar|Land Rover|Jaguar XF
Mitsubishi Outlander|Acura MDX|Infiniti Q50|Toyota|Honda|Ford|Nissan|Kia|Mazda|Hyundai
Subaru|Jeep|Chevrolet|Chevy|BMW|Audi|Mercedes|Mercedes Benz|Volkswagen|Tesla|Volvo
Suzuki|Fiat|Renault|Skoda|Peugeot|Opel|Lexus|Dodge|Porsche|Tata|Mahindra|Maruti
Maruti Suzuki|Mitsubishi|Acura|Infiniti|Buick|Cadillac|Chrysler|Lincoln|Pontiac|Citroen
Seat|Jaguar|Bentley|Ferrari|Maserati|Lamborghini|Datsun|Isuzu|Ashok Leyland|Bajaj|Yamaha
Royal Enfield|Harley|Harley Davidson|Ducati|Kawasaki|Hero|Maruti Swift|Maruti Alto
Suzuki Wagon R|Suzuki Baleno|Suzuki Ertiga|Suzuki Ciaz|Suzuki Vitara|Hyundai Creta
Hyundai Verna|Hyundai i10|Hyundai i20|Hyundai Santro|Hyundai Sonata|Tata Tiago
Tata Indica|Tata Nano|Tata Safari|Tata Harrier|Mahindra Scorpio|Mahindra Bolero
Ford Ecosport|Ford Fiesta|Ford Figo|Ford Mustang|Ford Explorer|Ford Escape|Honda City
Honda Amaze|Honda Jazz|Honda Pilot|Honda Odyssey|CRV|Honda CR-V|Toyota Innova
Toyota Fortuner|Toyota Etios|Toyota Prius|Toyota RAV4|Sienna|Yaris|Toyota Tundra
Toyota Highlander|Skoda Rapid|Skoda Superb|Skoda Fabia|VW Polo|Vento|Jetta
Renault Duster|Renault Kwid|Nissan Micra|Nissan Sunny|Nissan Sentra|Nissan Maxima
Pathfinder|Fiat Punto|Fiat Linea|Subaru Impreza|Subaru Forester|Legacy|Camaro
Chevrolet Cruze|Impala|Chevrolet Spark|Chevrolet Beat|Tahoe|Equinox|Jeep Compass
Cherokee|Grand Cherokee|Durango|Dodge Ram|Challenger|Kia Soul|Kia Seltos|Kia Optima
Sorento|Audi Q5|Audi Q7|BMW 3 series|BMW X1|Mercedes Benz E class|Volvo S60|Lexus ES
Land Cruiser|Range Rover|Discovery|Sedan|sedan|Hatchback|SUV|Convertible|Coupe|Minivan
Pickup|compact|luxury
"""
FOOD = """
pizza|burger|cheeseburger|fries|salad|caesar salad|sandwich|club sandwich|sushi|tacos
burrito|nachos|wings|lasagna|spaghetti|penne|pad thai|ramen|pho|curry|biryani|naan
paneer|samosa|falafel|hummus|kebab|gyros|steak|salmon|shrimp|mozzarella|parmesan|cheddar
feta|pepperoni|mushrooms|olives|onions|bell peppers|jalapenos|basil|garlic bread
mashed potatoes|coke|diet coke|pepsi|sprite|lemonade|iced tea|latte|cappuccino|espresso
mocha|milkshake|vanilla ice cream|brownie|cheesecake|tiramisu|cookie|donut|bagel
croissant|muffin|pancakes|ketchup|mayo|mustard|ranch|bbq sauce|large|medium|small
extra cheese|thin crust|marinara|olive oil|cherry tomatoes|tomato|lettuce|cucumber
spinach|broccoli|cauliflower|eggplant|zucchini|avocado|guacamole|salsa|ricotta|provolone
gouda|brie|burrata|swiss cheese|blue cheese|american cheese|goat cheese|vinegar
lemon juice|orange juice|apple juice|ginger ale|root beer|coca cola|cocacola|fanta
dr pepper|mountain dew|red bull|green tea|black tea|masala chai|chai|iced coffee
smoothie|strawberry shake|vanilla shake|chocolate shake|vanilla cone|sundae|apple pie
cherry pie|pecan pie|pumpkin pie|cupcake|black forest cake|red velvet cake|pudding
custard|jelly|peanut butter|honey|maple syrup|sausage|bacon|ham|salami|prosciutto|turkey
meatballs|meatloaf|chicken wings|chicken nuggets|fried chicken|grilled chicken
chicken tikka|butter chicken|tandoori|korma|vindaloo|dosa|idli|vada|pav bhaji|chaat
lassi|raita|chutney|roti|chapati|paratha|gulab jamun|jalebi|rice|fried rice|noodles
chow mein|dim sum|wonton|spring rolls|egg rolls|tempura|teriyaki|udon|miso soup|tofu
kimchi|bulgogi|bibimbap|enchiladas|quesadilla|fajitas|tamales|churros|paella|risotto
ravioli|gnocchi|fettuccine|alfredo|carbonara|bolognese|pesto|calzone|stromboli|focaccia
bruschetta|minestrone|caesar|classic caesar|house salad|greek salad|cobb salad|coleslaw
baked potato|potato wedges|onion rings|hash browns|waffles|omelette|scrambled eggs
oatmeal|cereal|toast|biscuit|gravy|hot dog|corn dog|pulled pork|brisket|ribs|lamb chops
duck|crab|lobster|tuna|cod|clam chowder|oysters|shawarma|tzatziki|baklava|pita|tabbouleh
moussaka|schnitzel|bratwurst|pretzel|borscht|pierogi|goulash|margherita|hawaiian
veggie supreme|meat lovers|pepper|banana peppers|pineapple|artichokes|anchovies|arugula
oregano|rosemary|thyme|sage|mint|ginger|cinnamon|nutmeg|saffron|cayenne|paprika|sriracha
tabasco|soy sauce|hot sauce
"""
CUISINES = """
Indian|Mexican|Italian|Chinese|Thai|American|French|Japanese|Korean|Ethiopian|Greek
Mediterranean|Vietnamese|Spanish|Lebanese|Turkish|Asian|Brazilian|Cuban|German|Moroccan
Persian|Peruvian|Russian|Vegan|Vegetarian|Seafood|Fast food|Gastropub|Sushi|Barbecue
Fusion|Breakfast|Brunch|Halal|Kosher
"""
KEYS = """
IBAN|BIC|SWIFT|MAC|mac|mac address|IP|ip address|SSN|ssn|PIN|pin|CVV|cvv|OTP|otp|VIN|vin
IMEI|imei|PAN|GST|EIN|SKU|PO|ref|Ref|tracking|invoice|Invoice|serial|model|version
Serial|zip|Zip|postcode|dob|DOB|routing|account|acct|card|Card|passport|policy|claim
ticket|case|Order|order|license|plate|MRN|NHS|room|seat|flight|gate|terminal|wallet
token|key|part
"""
BRANDS = """
Skype|Zoom|Slack|Teams|Netflix|Spotify|YouTube|Instagram|WhatsApp|Twitter|TikTok
Facebook|Norton|McAfee|Dropbox|OneDrive|Office 365|Salesforce|QuickBooks|Zendesk|Jira
Trello|Roku|Hulu|Disney Plus|Fire Stick|Wi-Fi|VPN|USB|PDF|Mac|Windows|Safari|Edge|SQL
HTML|JSON|API|Avast|Kaspersky|Bitdefender|Chromebook|Lenovo|Dell|Asus|Acer|HP|D-Link
dlink|Netgear|TP-Link|Linksys|Comcast|Xfinity|Verizon|Sprint|Vodafone|Airtel|Jio|GoDaddy
Bluehost|Shopify|Stripe|PayPal|Venmo|Zelle|Visa|Mastercard|Maestro|Amex|Discover|Canva
Figma|Notion|Evernote|Telegram|Signal|Discord|Twitch|Pinterest|Reddit|Snapchat|LinkedIn
Pandora|Deezer|Sling|Fahrenheit|Celsius|GitHub|Oracle|Redis|Jenkins|Terraform|Ubuntu
Fedora|Debian
"""
SLANG = """
hai hii hiii heyy heya hola yup yep yeah yea ya yah nope nah hmm hmmm umm uhh oh ohh ah
aha wow lol lmao omg plz pls plss thx tks ty tnx thnx thanku thankyou tysm np yw brb btw
idk imo asap ok okay okey okie okk kk k fyi gm gn bro dude sis dear mam maam sir alright
cool gotcha welp ugh oops yay bye byee cya gud nite mrng morng evng msg acc acct num ph
info wanna gonna gotta lemme dunno kinda cuz coz bcoz becoz bcz dont cant wont didnt
doesnt isnt arent wasnt im ive id ill youre thats whats hows wheres lets u ur r y n nd
wat wht wen oky okys okkk hmmk hmk mhm mhmm yess yesss noo nooo yessir thaks thnks
thankss thankx thanx tanks youve theyre weve theyve shes hes oooh ooh aww awww uhm erm
eh meh duh phew woah whoa haha hahaha hehe xd wth smh tbh rn ttyl gtg g2g bbye bubye
goodnite goodmorning gudmrng hellooo helloo hlo hlw helo heloo heyyy
"""
TASKS = """
check my order|reset my password|update my address|cancel my subscription
send the report|book a table|find a hotel|change the date|write a summary|fix this bug
explain this error|translate this text|help me with my account|track my parcel
return the shoes|pay the bill|review the contract|call me back|look into it
open a ticket|check the balance|buy a laptop|plan a trip|write a poem|sort this list
mark it as paid|refund me|transfer the money|will my order arrive|open an account
close the account|add a user|print the label|order a pizza|know my balance
change my seat|upgrade my plan|speak to a manager
"""
GREETINGS = """
Hi|Hello|Hey|hi|hello|hey|Good morning|good morning|Good afternoon|Good evening
Dear team|Hi there|hi there|hello there|Greetings|yo|HI|Morning
"""
FAREWELLS = """
Best|Best regards|Kind regards|Regards|Thanks|Thank you|Many thanks|Cheers|Sincerely
Yours sincerely|Yours truly|Warm regards|Take care|Love|thanks|regards|Best wishes|Thx
BR
"""
TITLES = (
    "Mr|Mr.|Mrs|Mrs.|Ms|Ms.|Miss|Dr|Dr.|Prof.|Professor|Doctor|Sir|Madam|Rev.|Judge"
)
MONTHS = """
January February March April May June July August September October November December
"""
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday tomorrow today"
STATES = """
AL AZ CA CO FL GA IL IN MA MD MI MN MO NC NJ NY OH OR PA TN TX VA WA WI
"""
POSTCODES = "E W N SE SW NW EC B M L LS BS G EH CF OX CB NE NG S BN SO YO"
STREETS = """
Street St St. Avenue Ave Ave. Road Rd Rd. Lane Ln Drive Dr Boulevard Blvd Court Ct Way
Place Terrace Close Crescent Parkway Highway Hwy Square Row Gardens
"""
STREET_STEMS = """
Main|Oak|Maple|Cedar|Park|Elm|Washington|Lake|Hill|Church|High|Station|Mill|Victoria
King|Queen|Lincoln|Jackson|Franklin|River|Pine|Walnut|Spring|North|Chestnut|5th|2nd
42nd|Bay
"""
WORDS_THAT_NAME_TOO = """
will may mark grace hope faith joy june april august rose bill frank chase dawn rich art
jack pat sue ray drew summer angel christian crystal daisy dean drake earl faith gene
grant guy harmony hazel heath holly iris ivy jade jasmine jewel lance lily mason melody
miles norm olive page pearl penny pierce poppy reed rob robin rocky ruby rusty sandy
skip sky sterling stone stormy sunny taylor terry tiffany trace trip troy violet wade
warren wayne west young brown white black green long short king bishop cook baker hunter
carpenter fisher porter price wise best day moon snow rain winter love bell banks woods
hill field rivers brook lane ford marsh
"""
TEMPLATES = """
{key} {num}
{key}: {num}
{key} is {num}
my {key} is {num}
{key} no {num}
{key} number {num} please
Is my {key} {num} right?
{key}: {num}, {key}: {num}
{cui} food
{cui}
I like {cui} food.
maybe {cui} or {cui}
Something like {cui}, {cui} or anything else?
{cui} {food} sounds good
{food} sounds good.
{food}, {food} and {food} please
with {food} {food} {food} and {food}
yes {food} please
no {food}
i need some {food} and {food}
one {food} with {food} large
add {food} {food} and {food}
the {food} is cold
i love {food}
{food} {food}
{car} 2012
{car} 2016 model
the model is {car}
maker is {car} and model is {car}
company {car} model {car}
i have {car} and {car}
2018 {car}
i bought a new {car} from {c}
{brand} or {brand}
i use {brand} and {brand}
{brand} {brand}
how about {brand} or {brand} then
{gr} {brand} help please
{prod}s leave the warehouse on {day}.
{role}s are welcome.
{s}, {c} {post}
{s}, {c}, {post}
my postcode is {post} in {c}
{n}, {age}, {c} {post}
{c} {post}
i drive a {car}
my car is a {car}
{car}
{car} 2015
make {car} year 2016
it is a {car} {num}
i have a {car} and want insurance
i would like a {food}
one {food} and a {food} please
can i get {food} with {food}
{food}
2 {food}
{food} and {food}
i want to order {food}, {food} and {food}
a large {food} with {food} on top
{brand} is not working
my {brand} password
i can't log in to {brand}
{brand}
how do i install {brand} on {brand}
thanks {f} that is all
thank you {f} have a nice day
ok {f} i will
no {f}
hello {f} i need to {task}
{n}
{f}
{l}
{n}
{n}
{f}
sure {n}
yes {n}
ok {n}
yeah its {n}
yes sure, {n}
{f} {num}
{n} {num}
{n} {e}
{n} and {num}
{n} and my account number is {num}
{n} and my email is {e}
{n} {ph}
name {n}
name is {n}
my name {f}
my name {n}
name : {n}
name- {f}
Name is {n} and number is {num}
my first name is {f} and last name is {l}
first name {f} last name {l}
my last name is {l}
last name is {l}
and last name is {l}
and my first name is {f}
{f} is my first name
{l} is my last name
{n} is my name
it is {n}
its {f}
it's {n}
im {f}
i'm {n}
im {n} and i want to {task}
i am {f}
i am {n}
this is {n}
this is {f} {num}
this is {f}
my self {n}
myself {f}
{f} here
hi, {f} here
hey {f} here, {task}
hi im {f}
hi i am {n}, can you {task}
hello my name is {n}
hello this is {n} and i need to {task}
sure my name is {n} my number is {num}
sure, it's {n}. email is {e}
of course, {n}, {ph}
the name is {n}
full name {n}
my full name is {n}
the name on the account is {n}
account holder {n}
account is under {n}
it is under the name {n}
booked under {n}
username {f}
thank you {f}
thanks {f} bye
bye {f}
ok {f} thank you
hi {f}
hello {f}
hey {f} can you {task}
hi {f} how are you
good morning {f}
nice to meet you {f}
yes {f}, please {task}
no {f}, i want to {task}
please call {f} on {ph}
send it to {f} at {e}
i live in {c}
im from {c}
from {c} to {c}
{c} to {c}
{c}
i want to fly from {c} to {c} on {d}
flying to {c} in {mon}
{c}, {g}
yes i live in {c}, {g}
my city is {c}
city {c} country {g}
i bank with {o}
i work with {o}
my {prod} is from {o}
{f}'s email is {e}
{l}'s account
{n}'s order
Could {f} {task}?
Will {f} {task}?
Will {task}?
i will {task}
will it work
it will {task}
we will {task} by {day}
you may {task}
May I know your name please?
may i have your full name
mark the order as done
can you mark it
i hope so
i hope you will {task}
hope this works
grace period
the bill for {mon}
please bill me
my bill is {m}
frank advice please
chase the refund
in may or june
on {day} {d}
your name please
what is your name
what's your last name
i forgot my user name
i don't have my order number
i want to {task}
i need to {task}
can i {task}
how can i {task}
i would like to {task}
hello i want to {task}
hi, i need help to {task}
hi sir
hi mam
hello sir
hey there
hello good morning
good afternoon
yes please
yes sir
ok sure
ok thank you
ok thanks bye
thank you so much
thank you for your help
thats all
that's it
nothing else
no thats all thank you
yes correct
yes that is right
sure
sure thing
one moment please
okay
great
perfect
awesome
cool thanks
nope
not yet
correct
fine
no problem
yes it is
i have an {prod}
{prod}
a {prod}
the {prod} is not working
my {prod} is broken
i want to buy a {prod}
{prod} please
order number {num}
its {num}
{num}
{m}
{d}
{d} {t}
in {mon}
{day}
{ph}
{e}
Claude can you {task}
ask ChatGPT to {task}
use Gemini or Copilot to {task}
<PERSON_1> here, {task}
Hi <PERSON_2>,\\n{task}\\n<PERSON_1>
{n} met {n} in {c}.
{n} ({o})
{n}, {c}, {g}
{ti} {l} called
Is {ti} {l} in {c}?
Dear {f} {l},\\nyour {prod} has shipped.\\n{bye},\\n{n}\\n{role}, {o}
{f} wrote:\\n> {task}
On {d}, {n} wrote:
From: {n}\\nSent: {d}\\nTo: {n}\\nSubject: {o}
Attendees: {n}, {n}, {n}
{n} - {role}
{role}: {n}
Agent: {f}
Assigned to {f}
user: {n}, city: {c}
"{n}"
({f})
{n}/{n}
{f} & {f}
{f} and {n}
{f}, {f} and {l}
tell {f} i said hi
did {f} call
i talked to {f} in {o}
{f} told me to {task}
{f} helped me yesterday
ask {n} about the {prod}
my {role} {n} has {cond}
my {role} is {f}
her name is {n} and she lives in {c}
"""
