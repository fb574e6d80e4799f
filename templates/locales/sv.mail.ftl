# Mejlen på svenska. De läses i farten, ofta på telefon: det viktigaste först.

## Engångslänken

mail-link-subject =
    { $number ->
        [1] Slutför din inloggning till { $application }, påbörjad kl. { $started }
       *[other] Slutför din inloggning till { $application }, påbörjad kl. { $started } (mejl { $number })
    }
mail-link-title = Slutför inloggningen
mail-link-lead = Det här mejlet bekräftar inloggningen till { $application } för användarnamnet { $account }.
mail-link-same-browser = Öppna länken i samma webbläsare som du började logga in i.
mail-link-action = Slutför inloggningsprocessen
mail-link-valid = Länken gäller till kl. { $until } och kan användas en gång.
mail-link-copy = Öppnas en annan webbläsare? Kopiera då hela länken och klistra in den i adressfältet i rätt webbläsare:
mail-link-started-both = Inloggningen började kl. { $started } i { $browser } på { $system }.
mail-link-started-browser = Inloggningen började kl. { $started } i { $browser }.
mail-link-started-system = Inloggningen började kl. { $started } på { $system }.
mail-link-started-neither = Inloggningen började kl. { $started }.
mail-link-not-you = Har varken du eller en kollega försökt logga in?
mail-link-not-you-next = Öppna i så fall inte länken. Någon annan kan lösenordet. Byt det och kontakta { $help }.

## Meddelanden om kontot

mail-notice-address_added-subject = En e-postadress har lagts till
mail-notice-address_added-title = En e-postadress har lagts till
mail-notice-address_added = { $at } lades en e-postadress till för uppgiftslämnaren { $subject }: { $new } ({ $role }). Den kan användas för att bekräfta inloggningar.
mail-notice-address_removed-subject = En e-postadress har tagits bort
mail-notice-address_removed-title = En e-postadress har tagits bort
mail-notice-address_removed = { $at } togs en e-postadress bort för uppgiftslämnaren { $subject }: { $old } ({ $role }). Den kan inte längre användas för att bekräfta inloggningar.
mail-notice-address_changed-subject = En e-postadress har ändrats
mail-notice-address_changed-title = En e-postadress har ändrats
mail-notice-address_changed = { $at } ändrades en e-postadress för uppgiftslämnaren { $subject }: från { $old } till { $new } ({ $role }). Från och med nu bekräftas inloggningar med den nya adressen.
mail-notice-password_changed-subject = Lösenordet har ändrats
mail-notice-password_changed-title = Lösenordet har ändrats
mail-notice-password_changed = { $at } ändrades lösenordet för användarnamnet { $subject }.
mail-notice-address-next = Är ändringen fel, eller vet ingen hos er om den? Kontakta { $help } genast.
mail-notice-password_changed-next = Har ingen hos er ändrat det? Då kan någon annan använda kontot. Kontakta { $help } genast.

mail-role-company = företagets kontaktperson
mail-role-arrivals = kontakt för Intrastat införsel
mail-role-dispatches = kontakt för Intrastat utförsel

## Överallt

mail-greeting = Hej!
mail-no-reply = Du kan inte svara på det här mejlet.
mail-help = Behöver du hjälp? Kontakta { $name }.
mail-help-email = E-post: { $email }
mail-help-phone = Telefon: { $phone }
mail-regards = Med vänlig hälsning
