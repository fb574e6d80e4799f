# Webbsidorna på svenska. Klarspråk: du, korta meningar, ett råd i taget.
# Nycklarna är desamma i alla språk; ett test håller dem lika.

## Överallt

skip-to-content = Hoppa till innehållet
languages = Språk
help-title = Behöver du hjälp?
help-contact = Kontakta { $name }.
cancel = Avbryt
onward = Gå till { $application }
onward-login = Fortsätt inloggningen
mistakes-title = Det gick inte att fortsätta
mistake-prefix = Fel:

## Maskerade adresser, så som de läses upp

hint-local-both = Före snabel-a: börjar på { $first }, slutar på { $last }.
hint-local-first = Före snabel-a: börjar på { $first }.
hint-local-none = Tecknen före snabel-a visas inte.
hint-domain-both = Domänen börjar på { $first }, slutar på { $last }.
hint-domain-first = Domänen börjar på { $first }.
hint-domain-none = Domänen visas inte.

## Logga in

login-title = Logga in
login-first = Du loggar in för att fortsätta till { $application }.
login-again = { $application } ber dig att logga in igen.
login-wrong-addresses = Du har skrivit fel e-postadress för många gånger. Logga in igen för att fortsätta till { $application }.
login-username = Användarnamn
login-username-missing = Skriv ditt användarnamn.
login-password = Lösenord
login-password-missing = Skriv ditt lösenord.
login-submit = Logga in
login-wrong = Användarnamnet eller lösenordet är fel.
login-wrong-next = Kontrollera båda och försök igen.
login-account = Du loggar in som { $account }.
login-other = Logga in som någon annan
login-wait = Det har gjorts för många försök. Försök igen { CLOCK($until) }.

## Bekräfta med e-post

email-title = Bekräfta med e-post
email-lead = Vi skickar en engångslänk till en av organisationens e-postadresser. Skriv hela den adress som du vill använda.
email-hints = Adresser som du kan använda
email-hints-why = Vi visar bara några tecken av varje adress, så att ingen annan kan läsa av den.
email-address = Mottagande e-postadress
email-missing = Skriv en e-postadress.
email-unknown =
    { $left ->
        [one] Adressen är inte en av dem som du kan använda. Du har ett försök kvar.
       *[other] Adressen är inte en av dem som du kan använda. Du har { $left } försök kvar.
    }
email-refused = Det gick inte att skicka till den adressen. Mottagarens e-postserver tar inte emot mejlet. Välj en annan adress.
email-rest = Vi skickade nyss ett mejl till den adressen. Du kan skicka ett nytt från kl. { $at }.
email-hour = Vi har skickat många mejl för ditt konto den senaste timmen. Du kan skicka nästa från kl. { $at }.
email-pause = Du har skrivit fel adress för många gånger. Försök igen efter kl. { $at }.
email-spent = Du kan inte skicka fler mejl i den här inloggningen. Avbryt och logga in igen.
email-skip = Hoppa över e-poststeget i den här webbläsaren
email-skip-why =
    { $days ->
        [one] Vi frågar efter e-post minst en gång om dagen. Därför kan det hända att valet inte gäller förrän du har loggat in. Kryssa inte i rutan på en dator som andra också använder.
       *[other] Vi frågar efter e-post minst en gång var { $days }:e dag. Därför kan det hända att valet inte gäller förrän du har loggat in. Kryssa inte i rutan på en dator som andra också använder.
    }
email-submit = Skicka engångslänk

## Länken är på väg

sent-title = Öppna länken i mejlet
sent-lead =
    { $minutes ->
        [one] Öppna engångslänken i samma webbläsare som du använder nu, inom en minut.
       *[other] Öppna engångslänken i samma webbläsare som du använder nu, inom { $minutes } minuter.
    }
sent-address = Mottagare
sent-expires = Gäller till klockan
sent-status = Läget just nu
sent-refresh = Uppdatera
sent-close = Du kan stänga det här fönstret. Länken fungerar ändå.
sent-spam = Titta i skräpposten om du inte ser mejlet.
sent-missing = Har mejlet inte kommit?
sent-resend = Skicka igen
sent-other-address = Använd en annan adress
resend-now =
    { $left ->
        [one] Du kan skicka mejlet en gång till.
       *[other] Du kan skicka mejlet { $left } gånger till.
    }
resend-from =
    { $left ->
        [one] Du kan skicka mejlet en gång till, från { CLOCK($at) }.
       *[other] Du kan skicka mejlet { $left } gånger till, från { CLOCK($at) }.
    }
resend-spent = Du kan inte skicka mejlet fler gånger. Välj en annan adress.
resend-spent-help = Du kan också kontakta { $help }.
status-queued = Mejlet är på väg till e-postservern.
status-sent = Mejlet lämnades till e-postservern { CLOCK($at) }.
status-deferred = E-postservern tar inte emot mejlet just nu. Vi försöker igen { CLOCK($next) }.
status-failed = Mottagarens e-postserver tar inte emot mejlet. Välj en annan adress.
status-done = Länken är använd och inloggningen är klar.
status-expired = Tiden har gått ut. Börja om från början.
status-cancelled = Inloggningen är avbruten.

## Länken

link-title = Slutför inloggningen
link-lead = Stämmer uppgifterna? Tryck på knappen, så fortsätter du till { $application }.
link-application = Tjänst
link-account = Användarnamn
link-started = Inloggningen började
link-device = Webbläsare
link-confirm = Slutför inloggningen
link-not-me = Var det inte du som började logga in?
link-not-me-next = Tryck inte på knappen. Någon annan kan känna till ditt lösenord. Byt lösenord.
link-not-me-help = Kontakta sedan { $help }.

other-browser-title = Öppna länken i rätt webbläsare
other-browser-both = Inloggningen började i { $browser } på { $system }. Den kan bara slutföras där.
other-browser-browser = Inloggningen började i { $browser }, i ett annat fönster eller på en annan dator. Den kan bara slutföras där.
other-browser-system = Inloggningen började i en annan webbläsare på { $system }. Den kan bara slutföras där.
other-browser-neither = Inloggningen började i en annan webbläsare. Den kan bara slutföras där.
other-browser-how = Gör så här
other-browser-copy = Markera hela länken i rutan och kopiera den.
other-browser-switch = Gå till webbläsaren där du började logga in. Ett privat fönster räknas som en egen webbläsare.
other-browser-paste = Klistra in länken i adressfältet och tryck på Enter.
other-browser-link = Länk att kopiera
other-browser-nothing = Ingenting har ändrats. Länken fungerar fortfarande.

link-dead-used-title = Länken är redan använd
link-dead-used = En engångslänk fungerar bara en gång, och den här är använd.
link-dead-used-next = Gå till tjänsten och logga in igen. Då får du en ny länk.
link-dead-used_here-title = Inloggningen är redan klar
link-dead-used_here = Du har redan använt länken i den här webbläsaren.
link-dead-used_here-next = Fortsätt i den andra fliken. Har du inte den kvar, gå till tjänsten igen.
link-dead-expired-title = Länken gäller inte längre
link-dead-expired = Det har gått för lång tid sedan länken skickades.
link-dead-expired-next = Gå till tjänsten och logga in igen. Då får du en ny länk.
link-dead-unknown-title = Länken finns inte
link-dead-unknown = Vi känner inte igen länken. Den kan vara gammal.
link-dead-unknown-next = Gå till tjänsten och logga in igen. Då får du en ny länk.
link-dead-cut_off-title = Länken är inte hel
link-dead-cut_off = Några tecken saknas eller har blivit fel. Det händer ibland när en lång länk delas på två rader.
link-dead-cut_off-next = Kopiera hela länken ur mejlet och klistra in den i adressfältet.
link-dead-superseded-title = Länken har ersatts
link-dead-superseded = Inloggningen avbröts, eller så fortsatte den med en annan adress.
link-dead-superseded-next = Öppna länken i det senaste mejlet. Finns det inget, logga in igen.

## Ingen adress

no-address-title = Det finns ingen e-postadress
no-address-lead = Vi behöver skicka en engångslänk till en av organisationens e-postadresser, men vi har ingen adress som går att använda. Därför kan inloggningen inte slutföras.
no-address-next = Be { $name } att lägga till en adress.
no-address-next-nobody = Be den som sköter organisationens kontaktuppgifter att lägga till en adress.
no-address-back = Tillbaka till { $application }

## Inloggningen är över

ended-done-title = Du är inloggad
ended-done = Inloggningen är klar.
ended-done-next = Fortsätt i den andra fliken. Har du inte den kvar, gå till tjänsten igen.
ended-expired-title = Tiden har gått ut
ended-expired = Det har gått för lång tid sedan du började logga in.
ended-expired-next = Gå tillbaka till tjänsten och logga in igen.
ended-cancelled-title = Inloggningen är avbruten
ended-cancelled = Du är inte inloggad.
ended-cancelled-next = Gå tillbaka till tjänsten om du vill logga in.
ended-unknown-title = Här finns ingen inloggning
ended-unknown = Inloggningen är över, eller så började den i en annan webbläsare.
ended-unknown-next = Gå tillbaka till tjänsten och logga in igen.

## Godkänn en tjänst

consent-title = Får { $application } se dina uppgifter?
consent-lead = { $application } ber om:
consent-openid = vem du är här: en beteckning utan ditt namn
consent-profile = namn och andra uppgifter om ditt konto
consent-email = din e-postadress
consent-address = din postadress
consent-phone = ditt telefonnummer
consent-organisation = din organisation och de parter du lämnar uppgifter för
consent-assurance = hur du bekräftade inloggningen med e-post
consent-other = tillgång till { $scope }
consent-offline =
    { $days ->
        [one] { $application } får fortsätta att hämta uppgifterna i ett dygn, även när du inte är inloggad.
       *[other] { $application } får fortsätta att hämta uppgifterna i { $days } dygn, även när du inte är inloggad.
    }
consent-account = Inloggad som
consent-host = Uppgifterna skickas till
consent-claimed-host = Uppger sig höra till
consent-stranger = { $application } är inte en av våra tjänster. Den har registrerat sig själv, och vi har inte kontrollerat vem som ligger bakom. Godkänn bara om du känner till den.
consent-code = Kontrollera att enheten visar samma kod
consent-policy = Så hanterar { $application } personuppgifter
consent-terms = Villkor för { $application }
consent-allow = Godkänn
consent-deny = Godkänn inte

## Anslut en enhet

device-title = Anslut en enhet
device-lead = Skriv koden som enheten visar.
device-code = Kod
device-submit = Fortsätt
device-unknown = Ingen enhet väntar med den koden. Kontrollera koden, eller hämta en ny på enheten.
device-wait = Det har gjorts för många försök. Försök igen { CLOCK($until) }.
device-allowed-title = Enheten är ansluten
device-allowed = Gå tillbaka till enheten. { $application } fortsätter där av sig själv.
device-denied-title = Enheten är inte ansluten
device-denied = { $application } får ingenting. Du kan stänga sidan.

## Logga ut

logout-title = Vill du logga ut?
logout-question = Du loggas ut här. Tjänster som du redan har öppnat kan behöva en egen utloggning.
logout-asked = { $application } ber dig att logga ut. Andra tjänster som du har öppnat kan behöva en egen utloggning.
logout-account = Inloggad som
logout-confirm = Logga ut
logout-cancel = Stanna kvar
logout-done-title = Du är utloggad
logout-done = Stäng webbläsaren om andra använder samma dator. Vill du logga in igen, gå till tjänsten.
logout-then = Du kommer strax tillbaka till tjänsten.
logout-then-now = Gå tillbaka nu
logout-frame = Loggar ut
logout-nothing-title = Du är inte inloggad
logout-nothing = Det finns ingen inloggning att avsluta. Vill du logga in, gå till tjänsten.
logout-stayed-title = Du är fortfarande inloggad
logout-stayed = Ingenting har ändrats. Gå tillbaka till tjänsten och fortsätt.

## Fel

error-code = Felkod
error-request = Ärendenummer
error-back = Gå tillbaka till sidan
error-developers = För dig som utvecklar tjänsten
error-again =
    { $seconds ->
        [one] Försök igen om en sekund.
       *[other] Försök igen om { $seconds } sekunder.
    }
error-onward-notice = Tjänsten som bad om inloggningen har registrerat sig själv. Den är inte vår, och vi vet inte vem som ligger bakom { $host }. Gå bara dit om du känner till adressen.
error-onward = Gå till { $host }
error-bad_request-title = Det gick inte att logga in
error-bad_request = Tjänsten som du kom från skickade något som vi inte kan ta emot. Felet är inte ditt.
error-bad_request-next = Gå tillbaka till tjänsten och försök igen.
error-help-code = Hjälper det inte, kontakta { $help } och uppge felkoden.
error-bad_logout-title = Det gick inte att logga ut
error-bad_logout = Tjänsten som du kom från skickade något som vi inte kan ta emot. Ingenting har ändrats.
error-bad_logout-next = Gå tillbaka till tjänsten och försök igen. Stäng webbläsaren om andra använder samma dator.
error-not_found-title = Sidan finns inte
error-not_found = Adressen kan vara felskriven eller gammal.
error-not_found-next = Gå till tjänsten som du vill använda och börja därifrån.
error-method_not_allowed-title = Sidan kan inte öppnas så här
error-method_not_allowed = Adressen finns, men den går inte att öppna på det här sättet.
error-method_not_allowed-next = Gå till tjänsten som du vill använda och börja därifrån.
error-too_large-title = För mycket text på en gång
error-too_large = Det som skickades är större än vi kan ta emot.
error-too_large-next = Gå tillbaka, korta texten och försök igen.
error-busy-title = Det är många som loggar in just nu
error-busy = Vi hann inte med. Det du skrev har inte sparats.
error-busy-next = Vänta en stund och försök igen.
error-server_fault-title = Något gick fel hos oss
error-server_fault = Felet är vårt och vi har sparat uppgifter om det.
error-server_fault-next = Försök igen om en stund.
error-help-request = Hjälper det inte, kontakta { $help } och uppge ärendenumret.
error-forbidden_form-title = Formuläret kunde inte tas emot
error-forbidden_form = Sidan kan ha varit öppen för länge, eller så tar webbläsaren inte emot kakor.
error-forbidden_form-next = Gå tillbaka, ladda om sidan och försök igen.
error-no_cookies-title = Det behövs kakor för att logga in
error-no_cookies = Din webbläsare skickade ingen kaka från oss. Den kan vara inställd på att inte ta emot kakor, eller så började inloggningen i en annan webbläsare.
error-no_cookies-next = Tillåt kakor för den här adressen i webbläsarens inställningar. Gå sedan till tjänsten och logga in igen.
error-too_many-title = För många försök
error-too_many = Det har kommit för många försök på kort tid.
error-too_many-next = Vänta en stund och försök igen.

## Tillitsklasser

acr-pwd-title = Klassen pwd: lösenord
acr-pwd = Den som loggade in skrev kontots användarnamn och lösenord. Inget mer kontrollerades.
acr-pwd-email-remembered-title = Klassen pwd-email-remembered: lösenord i en känd webbläsare
acr-pwd-email-remembered =
    { $days ->
        [one] Den som loggade in skrev kontots användarnamn och lösenord i en webbläsare där samma konto har slutfört e-poststeget under de senaste 24 timmarna. Ingen länk öppnades i just den här inloggningen.
       *[other] Den som loggade in skrev kontots användarnamn och lösenord i en webbläsare där samma konto har slutfört e-poststeget under de senaste { $days } dygnen. Ingen länk öppnades i just den här inloggningen.
    }
acr-pwd-email-title = Klassen pwd-email: lösenord och engångslänk
acr-pwd-email =
    { $minutes ->
        [one] Den som loggade in skrev kontots användarnamn och lösenord. I samma inloggning öppnades en engångslänk som gick till en av organisationens e-postadresser. Länken gällde i en minut.
       *[other] Den som loggade in skrev kontots användarnamn och lösenord. I samma inloggning öppnades en engångslänk som gick till en av organisationens e-postadresser. Länken gällde i { $minutes } minuter.
    }
acr-value = Värde i acr
acr-amr = Värde i amr
acr-limits = Vad klassen inte säger
acr-limit-account = Ett konto delas ofta av flera personer i en organisation. Klassen säger något om kontot, inte om vem som satt vid datorn.
acr-limit-levels = Klassen är inte flerfaktorsautentisering. Den motsvarar ingen nivå enligt eIDAS, DIGG eller REFEDS.
acr-limit-email = E-post är ingen egen faktor enligt NIST SP 800-63B. OWASP ASVS 5.0 avråder från e-post i inloggningar (6.3.6).
acr-limit-minutes =
    { $minutes ->
        [one] OWASP ASVS 5.0 avråder från koder och länkar som gäller längre än tio minuter (6.5.5). Här gäller länken i en minut.
       *[other] OWASP ASVS 5.0 avråder från koder och länkar som gäller längre än tio minuter (6.5.5). Här gäller länken i { $minutes } minuter.
    }
acr-guards = Vad som skyddar e-poststeget
acr-guard-order = Länken skickas först efter rätt lösenord, och bara till en adress som redan finns sparad för kontot.
acr-guard-browser = Länken fungerar bara i den webbläsare där inloggningen började.
acr-guard-once = Länken fungerar en gång, och bara när någon trycker på knappen. Att öppna den räcker inte.
acr-guard-remembered =
    { $days ->
        [one] Webbläsaren glöms efter ett dygn, och när lösenordet eller adressen ändras.
       *[other] Webbläsaren glöms efter { $days } dygn, och när lösenordet eller adressen ändras.
    }

## Svaret till tjänsten

form-post-title = Du skickas vidare
form-post-lead = Du skickas till { $origin }. Om ingenting händer trycker du på knappen.
form-post-submit = Fortsätt

## Vidare till tjänsten

leave-title = Du skickas vidare
leave-site = Du skickas till { $site }. Om ingenting händer trycker du på Fortsätt.
leave-app = Du skickas tillbaka till appen. Om ingenting händer trycker du på Fortsätt.
leave-continue = Fortsätt

## Tillgänglighet och personuppgifter

foot-accessibility = Tillgänglighet
foot-privacy = Kakor och personuppgifter
accessibility-title = Tillgänglighet
accessibility-lead = Alla ska kunna logga in här. Sidorna är byggda för att följa riktlinjerna WCAG 2.2 på nivå AA.
accessibility-keyboard = Du kan göra allt med bara tangentbordet.
accessibility-reader = Rubriker, fält och felmeddelanden kan läsas upp av en skärmläsare.
accessibility-zoom = Du kan förstora sidorna till 400 procent, och de följer din inställning för ljust eller mörkt.
accessibility-script = Sidorna fungerar också utan JavaScript.
accessibility-tested-title = Så har vi testat
accessibility-tested = Varje sida provas automatiskt på båda språken, på mobil och dator, i ljust och mörkt läge. Sidorna har inte granskats av någon utomstående.
accessibility-fault-title = Om något inte fungerar för dig
accessibility-fault = Kontakta { $name } och berätta vad som är svårt. Då kan vi hjälpa dig och rätta felet.
accessibility-fault-nobody = Berätta vad som är svårt för den som ansvarar för tjänsten som du loggar in i.
privacy-title = Kakor och personuppgifter
privacy-lead = Här står vad inloggningen sparar, varför och hur länge.
privacy-cookies = Kakor
privacy-cookies-lead = Vi använder bara kakor som behövs för att logga in. Ingen av dem används för statistik eller reklam.
privacy-cookie-browser = Håller ihop en påbörjad inloggning med din webbläsare, i 24 timmar.
privacy-cookie-session =
    { $hours ->
        [one] Håller dig inloggad tills du loggar ut eller stänger webbläsaren, men högst i en timme.
       *[other] Håller dig inloggad tills du loggar ut eller stänger webbläsaren, men högst i { $hours } timmar.
    }
privacy-cookie-remembered =
    { $days ->
        [one] Minns att du har bekräftat med e-post i webbläsaren, om du har valt det, i ett dygn.
       *[other] Minns att du har bekräftat med e-post i webbläsaren, om du har valt det, i { $days } dygn.
    }
privacy-cookie-known = Visar att kontot har använts i webbläsaren förut, så att andras felaktiga försök inte stoppar dig. Finns kvar i ett år.
privacy-cookie-language = Minns ditt val av språk i ett år.
privacy-data = Uppgifter som vi sparar
privacy-account = Kontot: användarnamn, organisation och ett lösenord som inte kan läsas. De finns kvar så länge kontot finns.
privacy-addresses = Organisationens e-postadresser: en kopia av kontaktuppgifterna i tjänsten som du loggar in i. De tas bort när de tas bort där.
privacy-events =
    { $days ->
        [one] Vad som händer med kontot: tid, webbläsare, system och en del av nätverksadressen. Det sparas i ett dygn.
       *[other] Vad som händer med kontot: tid, webbläsare, system och en del av nätverksadressen. Det sparas i { $days } dygn.
    }
privacy-events-frequent =
    { $days ->
        [one] Det som händer vid varje inloggning sparas i ett dygn.
       *[other] Det som händer vid varje inloggning sparas i { $days } dygn.
    }
privacy-mails = Mejl som vi har skickat: till vilken adress och när, i högst nio dygn.
privacy-not = Tjänsten som du loggar in i får veta vem du är och hur säkert du loggade in. Vi lämnar inte uppgifterna till någon annan.
