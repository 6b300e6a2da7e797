// Passwords that guessers try first, in lower case. From the list "10-million-password-list-top-1000000" of
// SecLists (https://github.com/danielmiessler/SecLists, MIT licence, Copyright Daniel Miessler), made by Mark
// Burnett in 2015: those of 12 characters or more among the first 100 000, and, for passwords that only add
// digits, those of 6 to 11 characters among the first 2 000 that do not end in a digit. The words are as people
// chose them, also the coarse ones.

export const COMMON_PASSWORDS = `
..qlvvcvdeero 000000000000 010203040506 012345678910 014702580369 01telemike01 050605rostik
0528325452mr 070793monolit 102030405060 111111111111 1111111111111 111111111111111
11111111111111111111 1111111111zz 111222333000 111222333444 111222333444555 112233445566
112358132134 1213141516171819 122333444455555 1223505sayana 123123123123 123123123123123 123123a
123123qweqwe 1232323q 123321123321 123321456654 123321qweewq 123412341234 123451234512345
123456123456 123456654321 123456654321a 12345677654321 1234567812345678 123456782000
1234567887654321 123456789000 12345678900987654321 123456789012 1234567890123 12345678901234567890
1234567890987654321 1234567890qaz 1234567890qw 1234567890qwe 1234567890qwerty 1234567890qwertyuiop
1234567890zzz 123456789101 1234567891011 123456789101112 123456789123 123456789123456
123456789123456789 1234567892000 12345678987654321 123456789987 1234567899876543
123456789987654321 123456789a 123456789aaa 123456789abc 123456789asd 123456789azat 123456789q
123456789qaz 123456789qqq 123456789qwe 123456789qwer 123456789qwerty 123456789zxc 12345678qwertyu
1234567qwerty 1234567qwertyu 123456a 123456q 123456qwerty 123456zxcvbn 12345a 12345q 12345qwert
1234abcd 1234qw1234qw 1234qwer 1234qwerasdf 1234qwerasdfzxcv 123abc 123asd 123ewqasdcxz
123qazwsxedc 123qwe 123qwe123qwe 123qwe456rty 123qweasd 123qweasdzxc 123qwerty123 123qwerty456
123qwertyuiop 125712571257d 12qw34er56ty 12qwaszx 1302alex1994 131313131313 1324354657687980
141312190296q 159357159357 159753159753 159753258456 159753456852 193570356033 193711101994a
198719871987 198919891989 19960610ilja 1a2a3a4a5a6a 1a2b3c 1a2s3d4f5g6h 1q1q1q 1q2w3e 1q2w3e4r
1q2w3e4r5t 1q2w3e4r5t6y 1qa2ws3ed4rf 1qa2ws3ed4rf5tg 1qaz1qaz1qaz 1qaz2wsx 1qaz2wsx3edc
1qaz2wsx3edc4rfv 1qazxsw23edc 1qazxsw23edcvfr4 1rus27540102 2222333344445555 23176djivanfros
23wkoa0fp78dk 277rte87hryloitru 30secondstomars 31217221027711 31321dj51982 32615948worms
3454051maksim 41d8cd98f00b 420842084208555 4815162342lf 4815162342lost 541233432442 59382113kevinp
6215mila6215 742617000027 777777777777 80633459472qw 80966095182z 89063032220m 89231243658s
89876065093rax 89semtsriuty 951753852456 999999999999 a1s2d3f4g5h6 aaaaaa aaaaaaaa aaaaaaaaaaaa
aardvark ababagalamaga abc123456789 abc123abc123 abcdef abcdefg abcdefgh abcdefghijkl abgrtyu
abigail access accessibilit accord action adgjmptw adidas admin18533362 administrato administrator
adrian africa airborne airforce airplane aksjdlasdakj89879 alabama alaska albert alejandr
aleksandr aleksandrova alertemailms alertpaydoubl alexande alexander alexandr alexis alfred alicia
alison allison alpha135792468 alpine alteclansing always alyssa amadeusptfcor amanda amateur
america american an83546921an13 anakin anderson andrea andreas andrei andrew andrewjackie andrey
angela angelina angelo angels animal antananarivu anthony antonio antoshenechka anything
anytimetoday apache apollo apples aragorn archie arizona arnold arsenal arthur artist asasas
asd123asd123 asdasd asdasdasdasd asdfasdf asdfgh asdfgh123456 asdfghj asdfghjk asdfghjkl
asdfghjkl123 asdzxc ashley assass assassin asshole assman athena atlanta atlantis auckland2010
audrey august aurora austin autumn avadakedavra avalon avatar avrillavigne awdqseawdssa awesome
azerty azsxdcfvgbhn babydoll babygirl babylon badass badboy badger badiman28200 bailey baller
bambam banana bandit barbara barbie barcelona barney baseball basket basketba basketball bassman
bastard batman baxter bbbbbb bbbbbbbbbbbb beagle beatles beauty beaver beavis beetle benjamin
benson berlin bernard bernie bertha bhrh0h2oof6xbqjeh bianca bigboobs bigboy bigcock bigdaddy
bigdick bigdog bigfoot biggie bigmac bigman bigone bigred bigtits billybob birdie birthday biscuit
bishop bitches biteme blabla blackcat blackie blacksonblon blahblah blahblahblah blaster blazer
blessed blizzard blonde blondie blowjob blowme bltynbabrfwbz bluebird bluemoon bluesky bobafett
bobbob bobcat boeing bollocks bomber bondage bonehead bonnie boobies booboo booger boogie boomer
boston bowling boy4u2ownnyc bpgjldsgjldthnf bradley brandi brandon brandy braves brazil brenda
brianna britney brittany bronco broncos brooke brooklyn brooks brother browns bruins brutus bubble
bubbles buckeye buckeyes buddha budlight buffalo bulldog bulldogs bullet bullnuts2003 bullshit
burger burton business businessbabe buster butter butterfl butterfly butthead cactus cadillac
caesar callie callscesetup calvin camaro camera cameron campbell canada cancer cannon cantona
captain cardinal carlos carmen carolina caroline carrie carrot carter cartman caserta casino
casper cassie castle catdog catfish cavalier cbvtycbyjrbz cdtnkfyf celtic cessna cfvfzcxfcnkbdfz
cfvfzrhfcbdfz cgfhnfrvjcrdf cgfhnfrxtvgbjy champion chance chandler change changelangms changeme
charger charles charlie charlott cheaphornybastard cheese cheeseburger chelsea cherokee cherry
cheryl chester chesterfield chevelle cheyenne chicago chichi chicken chickenwing101 chicks chiefs
chipper chocolat chopper chrissy christ christia christian christin christop christopher1 christy
chronic civilization cjdthitycndj cjkysirj cjkywt claire classic claudia clifford clinton
cnfc35762209 cnhjbntkmcndj cocacola coffee colleen college colorado colors columbia combat123654
compaq computer concrete condor connect connie connor constitution construction consumer
contortionist control cookie cookies coolbugi2000 cooldude coolio cooper copper corona
corperfmonsy corvette cosmopolitan cosmos cotton cougar counterstrike country courtney cowboy
cowboys coyote creative cricket crimson cristina crystal cthutq cumming cumshot curious curtis
czps5nyndwcksc dakota dallas damien dancer danger daniel daniela danielle dantheman123 darkness
darkside darkstar darren dbrnjhbz dddddd debbie december deedee defender deftones degenerationx
den1020834880 denise dennis denver design desire destiny detroit devildog devilmaycry4 devils
dexter dfvgbh diablo diamond diamonds dickhead diesel dietcoke digger digital digitalprodu dilbert
dillon disney diunilaobu8* dkflbvbhjdbx dkflbvbhjdyf doctor dodger dodgers doggie dollar dolphin
dolphins domainlock2005 dominic domino donald donkey douglas dragon dragons dragonslayer dreamer
dreams driver drizzt drowssap drpepper drummer ducati dudley duncan dustin dvtcntyfdctulf eagles
eclipse edward edwardcullen efwe5tgwa5twhgd einstein elaine electric element elephant elizabet
elizabeth emerald eminem empire energy engineer england enigma enterpri entertainment erotic
escort eternity eugene eulacomplete everton exigen explorer express extreme falcon family fantasy
farmer faster fatboy fatcat father fatima753357 fender fernando ferrari ferret fetish ficken
finalfantasy findaupair007 finger fireball firebird fireman fisher fishing fkmnthyfnbdf fktrcfylh
fktrcfylhjdbx fktrcfylhjdf fktrcfylhjdyf fktrctq flatron flipper florence florida flower flowers
fluffy flvbybcnhfnjh flvbybcnhfwbz flyers foobar football forest forever foreveryoung forget
fossil foster foxtrot france francis frankenstein frankie franklin freaky freddie freddy
frederiksberg fredfred freedom freeman freepass freeuser french friday friend friends froggy
fucked fucker fuckfuck fuckfuckfuck fucking fuckit fuckme fuckoff fucktheworld fuckyou
fuckyoubitch funtime future fyfcnfcbz fylhtq fynfyfyfhbde gabriel galaxy galina galore gambit
gandalf gankutsuou1989 garcia garden garfield gateway gators geheim gemini general genesis genius
geniusgenius genuineintel george georgia gerald german germany geronimo gfhfktkjuhfv gfhjkm
gfhjkm123456 gfhjkmgfhjkm gggggg ghbdtn ghbdtnbr ghbdtnghbdtn ghbdtnrfrltkf ghhh47hj7649
ghjatccbjyfk ghjbpdjlcndj ghjcnhfycndj ghjcnjgbpltw ghjcnjgfhjkm ghjcnjghjcnj ghjcnjqgfhjkm
ghjcnjrdfibyj ghjnbdjcnjzybt ghtdtlvtldtl giants gibson ginger giovanni gjkysqgbpltw global gloria
goblue goddess godzilla goforit gogogo goldberg golden goldfish goldie golfer goober google
googlecheckou gordon gracie greenday greenlantern gregory grendel griffin groovy gtasanandreas
gthgtylbrekzh gthtrfnbgjkt gtnhjpfdjlcr guinness guitar gundam gunner hacker hahaha hakunamatata
hamilton hamlet hammer hamster handkerchief hannah hansolo hardcore hardon harley harold harris
harrison harvey hawaii hawkeye hd764nw5d7e1vb1 hd764nw5d7e1vbv heartbreaker heather heaven hector
hedimaptfcor hellfire helpme hendrix hentai hercules herman hesoyam highland hiphop history hitman
hjpjxrf23062007 hjvfirf hobbes hobbit hockey holden holiday holland hollywoo holmes hongkong
hooker hooters hornet horney horses hotdog hotrod hotsex hotstuff hottie houston howard
huangjin1987 hummer hunter hunting huskers iampurehaha2 ibanez icecream iceman idedevicep0t
ihateniggers iloveboobies ilovemyfamily ilovesex iloveu iloveyou iloveyoubaby immortal impala
includecatal indian indiana indians indigo infantry inferno infinity ingodwetrust insane inside
installdevic installsqlst integra intelligence internacional international internet intervention
ipo54tj45uy856 ireland ironman isabel isabella isabelle iseedeadpeople island italia iwantu
jackass jackie jackoff jackson jaguar jamaica jamesbond007 january jasmin jasmine jasper jeffrey
jennifer jeremy jericho jerome jersey jessica jessie jester jesuslovesme jjjjjj jjjjjjjjjjjj
joanna joanne joejoe johnny johnson jonathan jordan joseph josephphone7 joshua julian jumper
jungle junior jupiter justice justin justinbieber justme juventus kaiser karate karina katana
kathleen katrina kawasaki keeper kelsey kennedy kenneth kermit killer killkillkill kimberly
kingdom kingkong kirill kissme kitten kkkkkk klaster knicks knight kodiak kramer kristen kristin
kristina ktjynsq40147 lacrosse ladies ladybug lakers lalala lancer larisa larterlarter lasvegas
lauren lawrence leather leavemealone legend legion legolas lennon leonard leonardo lesbian leslie
lestat letmein lhbjkjubz2957704 liberty lickme lifehack lights lincoln lindsay lindsey little
littlefucker liverpoo liverpool lizard lockingservi logitech lolita lollipop lollol london
lonewolf longhorn looking lost4815162342 louise louisvuitton loulou love777321777 lovelove
lovelovelove lovely loveme loverboy lovers loveyou lucifer lytdybrbdfvgbhf lytghjgtnhjdcr machine
maddie maddog madison madman madmax madness madonna maggie magnum maiden mailcreated5240 makaveli
maksim malibu manager manchester manchesterunited maniac manson manuel manutd marathon marcel
marcus margaret mariah marina marinamarina marine marines marino marion marlboro marley marshall
martha martin martina martini marvin maryjane massimiliano master masterbaiting masterbating
masturbation matrix matthew maurice maurolarastefy maverick maxima maximus maxine maxmax maxwell
melanie melissa member mememe mercedes mercury merlin metallic metallica mevefalkcakk mexico
michael michaeljackson michel michelangelo michele michelle michigan mickey microsoft midnight
miller millie million milton minecraft minecraft123 minnesota_hp minnie miranda mishaoooyeah
mission mister mistress mitchell mmmmmm mnbvcxz momsanaladventure monday mongoose monica monika
monique monitor monkey monster montana montreal mookie moomoo morgan morganstanley morpheus morris
morrison mortalkombat mother motherfucker motorola mountain mozart msoracle32re muffin mulder
murphy musicman mustang mylove nadine napoleon naruto narutouzumaki nascar nastya nastyanastya
natali natalia natalie natasha nathan naughty ncc1701d ncc1701e ne_e_pod_chehyl necronomicon
needforspeed nelson nemesis nemvxyheqdd5oqxyxyzi network networkingpe neversaymypassword
neversaynever newman newport newproject2004 newt7899onrs newton newyork nfnmzyf nhbujyjvtnhbz
nhbybnhjnjkejk nhecsyfujkjdt nhfdvfnjkju123 nhfycajhvths nicholas nick1234-rem936 nicola nicolas
nicole nigger nightcrawler nikita niners nintendo nipple nipples nirvana nissan nolimit
nondriversig norman norton nothing november ntktdbpjh1994 nugget nylons october office oksana
olcrackmaster oliver olivia onelove online ontheoutside openup orange orlando outlaw overlord
oxford pacific packard packers pakistan paladin palmer pamela panama pandora pantera panther
panthers panties panzer paradise paraklast1974 parker pascal passat passion passport passw0rd
passwor password password1234 passwordassword passwordpassword passwordstandard patches patricia
patrick patriot patriots patton pavilion peaches peanut peanutbutter pearljam pebbles peekaboo
peewee pegasus pencil penguin pentium people pepper perasperaadastra perfect perfectexploiter
personal pervert pfqwtd27121988 phantom philadelphia philip philips phillip philly phoenix picard
pickle pickles pierre piglet pimpin pioneer pirate pirates pitbull planet plastic platinum playboy
player playstation2 playstation3 please pleasure poison poiuyt pokemon polaris police polina
polniypizdec0211 polniypizdec1102 polniypizdec110211 pontiac poohbear pookie poopoo popcorn popeye
pornographic pornstar porsche portugal potter powerlifting powerrangers powers pppppp precious
predator prelude presario pretty prince princess private privet productid20f professional psycho
ptybnxtvgbjy pumpkin punkrock punksnotdead purple pussies pussycat pussys pyramid q1q2q3q4q5q6
q1w2e3r4t5y6 q1w2e3r4t5y6u7 q1w2e3r4t5y6u7i8 q1w2e3r4t5y6u7i8o9p0 q2w3e4r5t6y7 q80661658441 qawsed
qawsedrftgyh qaz123wsx456 qaz1wsx2edc3 qazqaz qazwsx qazwsx123456 qazwsxed qazwsxedc qazwsxedc123
qazwsxedcrfv qazwsxedcrfvtgb qazwsxqazwsx qazxsw qazxswedc qazxswedc123 qazxswedcvfr qqqqqq
qw12er34ty56 qwaszx qwaszxerdfcv qwaszxqwaszx qwe123qwe123 qweasd qweasdzxc qweasdzxc123 qweqwe
qwerasdfzxcv qwertasdfgzxcvb qwerty qwerty123321 qwerty123456 qwerty123456789 qwertyasdfgh
qwertyqwerty qwertyu qwertyui qwertyuiop qwertyuiop10 qwertyuiop12 qwertyuiop123 qwertyuiop12345
qwertyuiop123456789 qwertyuiopasdfg qwertyuiopasdfgh qwertyuiopasdfghjkl qwertyytrewq
r3r3vi3wacc3ss rabbit racecar rachel racing raider raiders rainbow random ranger rangers raptor
rascal ravens raymond reaper rebecca reddog redhead redman redneck redrum redskins redsox redwings
reggie regina registration remember renegade residentevil rfnthbyf1988 rfrfirf rhbcnbyf richard
rikitikitavi ripper robbie robert roberto robinson rocker rocket rockohamster rockstar rodney
roland rolltide rommel ronald ronaldinho10 ronaldo ronnie rooster roscoe rosebud rubber
runescape123 runner ruslan russell russia sabrina sailing sailor saints sakura salmon salocaluimsg
samantha sammie sampson samson samsung samsungs5230 samuel samurai sandman sandra sanfrancisco
satisfaction saturn saun24865709 savage savannah scandinavian scarface school schoolgirlie scooby
scooter scorpio scorpion scotland scotty scully sdicmt7seytn search seattle sebastia secret
security seemnemaailm seinfeld seminole semperfi seo21saafd23 serega serena serenity sergey sergio
service sesame sex4me sexsex sexual shadow shaggy shalom shamrock shannon sharks sharon shasta
shaved sheila shelby shelly sherlock sherman sherry shirley shithead shogun shooter shorty shotgun
showmethemoney sidney siemens sierra silmarillion silver silvia simone simple simpson simpsons
singer single sister skateboarding skater skeeter skipper skippy skyline skywalke slayer
sleepyhollow slipknot smiles smiley smitty smokey smooth snakes snapper snatch snickers sniper
snoopy snowball snowman soccer softball sojdlg123aljg soldier solomon sonnenschein sonyericsson
sophia sophie soso123aljg spanky sparky spartak spartan special specialinsta speedy spencer spider
spiderma spiderman spirit spitfire spooky sports spring sprite spunky spyder squirrel squirt
srinivas ssssss stacey stalker stallion standard stanley stargate startrek starwars stealth
steelers stefan stella stephani stephen sterling steven stewart stickdaddy77 sticky stinger
stingray stinky stinkyfinger stocking stones stormy stratocaster street strike student stupid
subaru sublime success sucker suckit suckme summer sundance sunday sunrise sunset sunshine
superfly superman supernatural surfer suzuki svetlana sweetie sweetpea sweets sweety swimming
swinger swordfis swordfish sydney sylvia syncmaster740n system systemofadown tanner target
tarheels tarzan tattoo taurus taylor teacher techno temppassword tennis teresa tester testing
testtest tfjunwptzsjp thailand thecakeisalie theman theone therock thomas thuglife thumper thunder
ticketmaster tickle tiffany tigers tigger timber timothy tinker tintin titanic titans
tojiik85521133 tomcat tomtom topgun tornado toronto toshiba tottenha toyota trafficracer trains
transam transformers travel travis trevor trfnthbyf trigger trinity tristan triumph trixie trojan
trombone trooper trouble trucker trucks trumpet trunks tucker turkey turtle tweety twister
ultimate unbelievable unicorn uninstallsql united unreal vagina valentin valentina valera valerie
vampire vanessa vanhalen vanyarespekt vbybcnthcndj vegeta velvet veronica veronika vfhbyf
vfhbyfvfhbyf vfrcbv vfrcbvvfrcbv vfvfvskfhfve vfvjxrf victor victoria victory viking vikings
viktor vincent virgin virginia vision vladimir vladimirovna voodoo voyager vtnhjgjkbnty walker
wallace walter wanker warcraft warhammer40k warlock warren warrior waterloo waters watson
wazzkaprivet weaknesspays weasel websolutions websolutionssu webster webuivalidat weihnachtsbau
welcome werewolf wesley westham westside wetpussy whatever whiskey whosyourdaddy whynot wicked
wildcat wildcats william williams willie willow wilson windows winner winnie winston winter wizard
wolfgang wolfman wolfpack wolverin wolverine wolves wombat wonder wordpass wrangler wutang wwwwww
xavier xfiles xxpa33bq.adna xxxp455w0rd5 xxxxxx xxxxxxxx yamaha yankee yankees ybrbnf yellow
yflz13041976 yfnfif yjdjvjcrjdcr yomama yoyoyo ytpfdbcbvjcnm ytrewq yvonne z1x2c3v4b5n6
z1x2c3v4b5n6m7 zachary zaq12wsx zaq12wsxcde3 zaq1xsw2cde3 zaqwsx zaqwsxcderfv zaqxswcde123
zcfvfzkexifz zcfvfzrhfcbdfz zeppelin zghjcnjcegth zipper zombie zqjphsyf6ctifgu zxcasdqwe123
zxcvasdfqwer zxcvbn zxcvbn123456 zxcvbnm zxcvbnm123456789 zxcvbnmmnbvcxz zxcvbnmzxcvbnm zzzzzz
zzzzzzzz
`
