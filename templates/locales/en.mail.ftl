# The mails in English. They are read in passing, often on a phone: what matters comes first.

## The one-time link

mail-link-subject =
    { $number ->
        [1] Complete your login to { $application }, begun at { $started }
       *[other] Complete your login to { $application }, begun at { $started } (email { $number })
    }
mail-link-title = Complete the login
mail-link-lead = This email confirms the login to { $application } for the user name { $account }.
mail-link-same-browser = Open the link in the same browser where you began to log in.
mail-link-action = Complete the login process
mail-link-valid = The link is valid until { $until } and works once.
mail-link-copy = Does another browser open? Then copy the whole link and paste it into the address bar of the right browser:
mail-link-started-both = The login began at { $started } in { $browser } on { $system }.
mail-link-started-browser = The login began at { $started } in { $browser }.
mail-link-started-system = The login began at { $started } on { $system }.
mail-link-started-neither = The login began at { $started }.
mail-link-not-you = Did neither you nor a colleague try to log in?
mail-link-not-you-next = Then do not open the link. Someone else knows the password. Change it and contact { $help }.

## Notices about the account

mail-notice-address_added-subject = An email address was added
mail-notice-address_added-title = An email address was added
mail-notice-address_added = On { $at }, an email address was added for the reporting unit { $subject }: { $new } ({ $role }). It can be used to confirm logins.
mail-notice-address_removed-subject = An email address was removed
mail-notice-address_removed-title = An email address was removed
mail-notice-address_removed = On { $at }, an email address was removed for the reporting unit { $subject }: { $old } ({ $role }). It can no longer be used to confirm logins.
mail-notice-address_changed-subject = An email address was changed
mail-notice-address_changed-title = An email address was changed
mail-notice-address_changed = On { $at }, an email address was changed for the reporting unit { $subject }: from { $old } to { $new } ({ $role }). From now on, logins are confirmed with the new address.
mail-notice-password_changed-subject = The password was changed
mail-notice-password_changed-title = The password was changed
mail-notice-password_changed = On { $at }, the password was changed for the user name { $subject }.
mail-notice-address-next = Is the change wrong, or does nobody in your organisation know about it? Contact { $help } at once.
mail-notice-password_changed-next = Did nobody in your organisation change it? Then someone else may be using the account. Contact { $help } at once.

mail-role-company = the company’s contact person
mail-role-arrivals = contact for Intrastat arrivals
mail-role-dispatches = contact for Intrastat dispatches

## Everywhere

mail-greeting = Hello,
mail-no-reply = You cannot reply to this email.
mail-help = Do you need help? Contact { $name }.
mail-help-email = Email: { $email }
mail-help-phone = Telephone: { $phone }
mail-regards = Kind regards
