# The web pages in English. Plain words: you, short sentences, one piece of advice at a time.
# The keys are the same in every language; a test keeps them alike.

## Everywhere

skip-to-content = Skip to content
languages = Language
help-title = Need help?
help-contact = Contact { $name }.
cancel = Cancel
onward = Go to { $application }
onward-login = Continue the login
mistakes-title = You cannot continue yet
mistake-prefix = Error:

## Masked addresses, as they are read aloud

hint-local-both = Before the at sign: starts with { $first }, ends with { $last }.
hint-local-first = Before the at sign: starts with { $first }.
hint-local-none = The characters before the at sign are not shown.
hint-domain-both = The domain starts with { $first }, ends with { $last }.
hint-domain-first = The domain starts with { $first }.
hint-domain-none = The domain is not shown.

## Log in

login-title = Log in
login-first = Log in to continue to { $application }.
login-again = { $application } asks you to log in again.
login-wrong-addresses = You have typed a wrong email address too many times. Log in again to continue to { $application }.
login-username = User name
login-username-missing = Enter your user name.
login-password = Password
login-password-missing = Enter your password.
login-submit = Log in
login-wrong = The user name or the password is wrong.
login-wrong-next = Check both and try again.
login-account = You are logging in as { $account }.
login-other = Log in as somebody else
login-wait = There have been too many attempts. Try again at { $until }.

## Confirm by email

email-title = Confirm by email
email-lead = We send a one-time link to one of your organisation’s email addresses. Type the whole address that you want to use.
email-hints = Addresses you can use
email-hints-why = We show only a few characters of each address, so that nobody else can read it here.
email-address = Receiving email address
email-missing = Enter an email address.
email-unknown =
    { $left ->
        [one] The address is not one of those you can use. You have one attempt left.
       *[other] The address is not one of those you can use. You have { $left } attempts left.
    }
email-refused = We could not send to that address. The recipient’s mail server does not accept the email. Choose another address.
email-rest = We have just sent an email to that address. You can send a new one from { $at }.
email-hour = We have sent many emails for your account in the last hour. You can send the next one from { $at }.
email-pause = You have typed a wrong address too many times. Try again after { $at }.
email-spent = You cannot send more emails in this login. Cancel and log in again.
email-skip = Skip the email step in this browser
email-skip-why =
    { $days ->
        [one] We ask for email at least once a day. The choice may therefore not apply until you have logged in. Do not tick the box on a computer that others use too.
       *[other] We ask for email at least once every { $days } days. The choice may therefore not apply until you have logged in. Do not tick the box on a computer that others use too.
    }
email-submit = Send one-time link

## The link is on its way

sent-title = Open the link in the email
sent-lead =
    { $minutes ->
        [one] Open the one-time link in the browser that you are using now, within one minute.
       *[other] Open the one-time link in the browser that you are using now, within { $minutes } minutes.
    }
sent-address = Recipient
sent-expires = Valid until
sent-status = Status
sent-refresh = Refresh
sent-close = You can close this window. The link still works.
sent-spam = Look in your spam folder if you do not see the email.
sent-missing = No email yet?
sent-resend = Send again
sent-other-address = Use another address
resend-now =
    { $left ->
        [one] You can send the email one more time.
       *[other] You can send the email { $left } more times.
    }
resend-from =
    { $left ->
        [one] You can send the email one more time, from { $at }.
       *[other] You can send the email { $left } more times, from { $at }.
    }
resend-spent = You cannot send the email again. Choose another address.
resend-spent-help = You can also contact { $help }.
status-queued = The email is on its way to the mail server.
status-sent = The email was handed to the mail server at { $at }.
status-deferred = The mail server does not accept the email right now. We will try again at { $next }.
status-failed = The recipient’s mail server does not accept the email. Choose another address.
status-done = The link has been used and the login is complete.
status-expired = The time has run out. Start again from the beginning.
status-cancelled = The login has been cancelled.

## The link

link-title = Complete the login
link-lead = Are these details right? Press the button to continue to { $application }.
link-application = Service
link-account = User name
link-started = The login began
link-device = Browser
link-confirm = Complete the login
link-not-me = Was it not you who began to log in?
link-not-me-next = Do not press the button. Somebody else may know your password. Change the password.
link-not-me-help = Then contact { $help }.

other-browser-title = Open the link in the right browser
other-browser-both = The login began in { $browser } on { $system }. It can only be completed there.
other-browser-browser = The login began in { $browser }, in another window or on another computer. It can only be completed there.
other-browser-system = The login began in another browser on { $system }. It can only be completed there.
other-browser-neither = The login began in another browser. It can only be completed there.
other-browser-how = What to do
other-browser-copy = Select the whole link in the box and copy it.
other-browser-switch = Go to the browser where you began to log in. A private window counts as a browser of its own.
other-browser-paste = Paste the link into the address bar and press Enter.
other-browser-link = Link to copy
other-browser-nothing = Nothing has changed. The link still works.

link-dead-used-title = The link has already been used
link-dead-used = A one-time link works only once, and this one has been used.
link-dead-used-next = Go to the service and log in again. You will get a new link.
link-dead-used_here-title = The login is already complete
link-dead-used_here = You have already used the link in this browser.
link-dead-used_here-next = Continue in the other tab. If you no longer have it, go to the service again.
link-dead-expired-title = The link is no longer valid
link-dead-expired = Too much time has passed since the link was sent.
link-dead-expired-next = Go to the service and log in again. You will get a new link.
link-dead-unknown-title = There is no such link
link-dead-unknown = We do not recognise the link. It may be old.
link-dead-unknown-next = Go to the service and log in again. You will get a new link.
link-dead-cut_off-title = The link is not complete
link-dead-cut_off = Some characters are missing or wrong. It can happen when a long link is split over two lines.
link-dead-cut_off-next = Copy the whole link from the email and paste it into the address bar.
link-dead-superseded-title = The link has been replaced
link-dead-superseded = The login was cancelled, or it went on with another address.
link-dead-superseded-next = Open the link in the latest email. If there is none, log in again.

## No address

no-address-title = There is no email address
no-address-lead = We need to send a one-time link to one of your organisation’s email addresses, but we have none that can be used. The login can therefore not be completed.
no-address-next = Ask { $name } to add an address.
no-address-next-nobody = Ask the person who looks after your organisation's contact details to add an address.
no-address-back = Back to { $application }

## The login is over

ended-done-title = You are logged in
ended-done = The login is complete.
ended-done-next = Continue in the other tab. If you no longer have it, go to the service again.
ended-expired-title = The time has run out
ended-expired = Too much time has passed since you began to log in.
ended-expired-next = Go back to the service and log in again.
ended-cancelled-title = The login has been cancelled
ended-cancelled = You are not logged in.
ended-cancelled-next = Go back to the service if you want to log in.
ended-unknown-title = There is no login here
ended-unknown = The login is over, or it began in another browser.
ended-unknown-next = Go back to the service and log in again.

## Allow an application

consent-title = Do you allow { $application } to see your data?
consent-lead = { $application } asks for:
consent-openid = who you are here: an identifier without your name
consent-profile = the name and other facts of your account
consent-email = your email address
consent-address = your postal address
consent-phone = your telephone number
consent-organisation = your organisation and the parties you report for
consent-assurance = how you confirmed your login by email
consent-other = access to { $scope }
consent-offline =
    { $days ->
        [one] { $application } may go on fetching the data for one day, also when you are not logged in.
       *[other] { $application } may go on fetching the data for { $days } days, also when you are not logged in.
    }
consent-account = Logged in as
consent-host = The data is sent to
consent-claimed-host = Says it belongs to
consent-stranger = { $application } is not one of our services. It registered itself, and we have not checked who is behind it. Allow it only if you know it.
consent-code = Check that the device shows the same code
consent-policy = How { $application } handles personal data
consent-terms = Terms of { $application }
consent-allow = Allow
consent-deny = Do not allow

## Connect a device

device-title = Connect a device
device-lead = Type the code that your device shows.
device-code = Code
device-submit = Continue
device-unknown = No device is waiting with that code. Check the code, or get a new one on the device.
device-wait = There have been too many attempts. Try again at { $until }.
device-allowed-title = The device is connected
device-allowed = Go back to the device. { $application } continues there by itself.
device-denied-title = The device is not connected
device-denied = { $application } gets nothing. You can close the page.

## Log out

logout-title = Do you want to log out?
logout-question = You will be logged out here. Services that you have already opened may need a logout of their own.
logout-asked = { $application } asks you to log out. Other services that you have opened may need a logout of their own.
logout-account = Logged in as
logout-confirm = Log out
logout-cancel = Stay logged in
logout-done-title = You are logged out
logout-done = Close the browser if others use the same computer. If you want to log in again, go to the service.
logout-then = You will be taken back to the application in a moment.
logout-then-now = Go back now
logout-frame = Logging out
logout-nothing-title = You are not logged in
logout-nothing = There is no login to end. If you want to log in, go to the service.
logout-stayed-title = You are still logged in
logout-stayed = Nothing has changed. Go back to the service and continue.

## Errors

error-code = Error code
error-request = Reference
error-back = Go back to the page
error-developers = For developers of the service
error-again =
    { $seconds ->
        [one] Try again in one second.
       *[other] Try again in { $seconds } seconds.
    }
error-onward-notice = The service that asked for the login registered itself. It is not one of ours, and we do not know who is behind { $host }. Go there only if you know the address.
error-onward = Go to { $host }
error-bad_request-title = The login could not begin
error-bad_request = The service that you came from sent something that we cannot accept. It is not your fault.
error-bad_request-next = Go back to the service and try again.
error-help-code = If that does not help, contact { $help } and give the error code.
error-bad_logout-title = The logout could not begin
error-bad_logout = The service that you came from sent something that we cannot accept. Nothing has changed.
error-bad_logout-next = Go back to the service and try again. Close the browser if others use the same computer.
error-not_found-title = The page does not exist
error-not_found = The address may be misspelt or old.
error-not_found-next = Go to the service that you want to use and start from there.
error-method_not_allowed-title = The page cannot be opened like this
error-method_not_allowed = The address exists, but it cannot be opened in this way.
error-method_not_allowed-next = Go to the service that you want to use and start from there.
error-too_large-title = Too much text at once
error-too_large = What was sent is larger than we can accept.
error-too_large-next = Go back, shorten the text and try again.
error-busy-title = Many people are logging in right now
error-busy = We could not keep up. What you typed has not been saved.
error-busy-next = Wait a moment and try again.
error-server_fault-title = Something went wrong on our side
error-server_fault = The fault is ours, and we have kept a record of it.
error-server_fault-next = Try again in a moment.
error-help-request = If that does not help, contact { $help } and give the reference.
error-forbidden_form-title = The form could not be accepted
error-forbidden_form = The page may have been open for too long, or the browser does not accept cookies.
error-forbidden_form-next = Go back, reload the page and try again.
error-no_cookies-title = Cookies are needed to log in
error-no_cookies = Your browser sent no cookie from us. It may be set to refuse cookies, or the login began in another browser.
error-no_cookies-next = Allow cookies for this address in the browser’s settings. Then go to the service and log in again.
error-too_many-title = Too many attempts
error-too_many = There have been too many attempts in a short time.
error-too_many-next = Wait a moment and try again.

## Assurance classes

acr-pwd-title = The class pwd: password
acr-pwd = The person who logged in typed the account’s user name and password. Nothing more was checked.
acr-pwd-email-remembered-title = The class pwd-email-remembered: password in a known browser
acr-pwd-email-remembered =
    { $days ->
        [one] The person who logged in typed the account’s user name and password in a browser where the same account has completed the email step within the last 24 hours. No link was opened in this very login.
       *[other] The person who logged in typed the account’s user name and password in a browser where the same account has completed the email step within the last { $days } periods of 24 hours. No link was opened in this very login.
    }
acr-pwd-email-title = The class pwd-email: password and one-time link
acr-pwd-email =
    { $minutes ->
        [one] The person who logged in typed the account’s user name and password. In the same login, a one-time link sent to one of the organisation’s email addresses was opened. The link was valid for one minute.
       *[other] The person who logged in typed the account’s user name and password. In the same login, a one-time link sent to one of the organisation’s email addresses was opened. The link was valid for { $minutes } minutes.
    }
acr-value = Value of acr
acr-amr = Value of amr
acr-limits = What the class does not say
acr-limit-account = Several people of an organisation often share an account. The class says something about the account, not about who sat at the computer.
acr-limit-levels = The class is not multi-factor authentication. It matches no level of eIDAS, DIGG or REFEDS.
acr-limit-email = Email is not a factor of its own in NIST SP 800-63B. OWASP ASVS 5.0 advises against email in logins (6.3.6).
acr-limit-minutes =
    { $minutes ->
        [one] OWASP ASVS 5.0 advises against codes and links that are valid for more than ten minutes (6.5.5). Here the link is valid for one minute.
       *[other] OWASP ASVS 5.0 advises against codes and links that are valid for more than ten minutes (6.5.5). Here the link is valid for { $minutes } minutes.
    }
acr-guards = What protects the email step
acr-guard-order = The link is sent only after a correct password, and only to an address already stored for the account.
acr-guard-browser = The link works only in the browser where the login began.
acr-guard-once = The link works once, and only when somebody presses the button. Opening it is not enough.
acr-guard-remembered =
    { $days ->
        [one] The browser is forgotten after 24 hours, and when the password or the address changes.
       *[other] The browser is forgotten after { $days } periods of 24 hours, and when the password or the address changes.
    }

## The response to the service

form-post-title = You are being sent on
form-post-lead = You are being sent to { $origin }. If nothing happens, press the button.
form-post-submit = Continue

## On to the application

leave-title = You are being sent on
leave-site = You are being sent to { $site }. If nothing happens, press Continue.
leave-app = You are being sent back to the app. If nothing happens, press Continue.
leave-continue = Continue

## Accessibility and personal data

foot-accessibility = Accessibility
foot-privacy = Cookies and personal data
accessibility-title = Accessibility
accessibility-lead = Everybody should be able to log in here. The pages are built to follow the guidelines WCAG 2.2 at level AA.
accessibility-keyboard = You can do everything with the keyboard alone.
accessibility-reader = Headings, fields and error messages can be read out by a screen reader.
accessibility-zoom = You can enlarge the pages to 400 per cent, and they follow your choice of light or dark.
accessibility-script = The pages work without JavaScript as well.
accessibility-tested-title = How we have tested
accessibility-tested = Every page is tested automatically in both languages, on mobile and desktop, in light and dark mode. No outside party has reviewed the pages.
accessibility-fault-title = If something does not work for you
accessibility-fault = Contact { $name } and say what is difficult. Then we can help you and correct the fault.
accessibility-fault-nobody = Say what is difficult to those who are responsible for the service that you log in to.
privacy-title = Cookies and personal data
privacy-lead = This is what the login keeps, why and for how long.
privacy-cookies = Cookies
privacy-cookies-lead = We use only cookies that are needed to log in. None of them is used for statistics or advertising.
privacy-cookie-browser = Ties a login that has begun to your browser, for 24 hours.
privacy-cookie-session =
    { $hours ->
        [one] Keeps you logged in until you log out or close the browser, but for one hour at most.
       *[other] Keeps you logged in until you log out or close the browser, but for { $hours } hours at most.
    }
privacy-cookie-remembered =
    { $days ->
        [one] Remembers that you have confirmed by email in the browser, if you chose that, for 24 hours.
       *[other] Remembers that you have confirmed by email in the browser, if you chose that, for { $days } days.
    }
privacy-cookie-known = Shows that the account has been used in the browser before, so that other people’s mistaken attempts do not stop you. It stays for a year.
privacy-cookie-language = Remembers your choice of language for a year.
privacy-data = What we keep
privacy-account = The account: user name, organisation and a password that cannot be read. They stay as long as the account does.
privacy-addresses = The organisation’s email addresses: a copy of the contact details in the service that you log in to. They are removed when they are removed there.
privacy-events =
    { $days ->
        [one] What happens to the account: time, browser, system and part of the network address. It is kept for one day.
       *[other] What happens to the account: time, browser, system and part of the network address. It is kept for { $days } days.
    }
privacy-events-frequent =
    { $days ->
        [one] What happens at every login is kept for one day.
       *[other] What happens at every login is kept for { $days } days.
    }
privacy-mails = Emails that we have sent: to which address and when, for nine days at most.
privacy-not = The service that you log in to learns who you are and how securely you logged in. We give the data to nobody else.
