//! The ID token of a grant, and the facts from which claims are released.

use crate::account::factor::Proofs;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::grant::{Facts, Grant};
use crate::oauth::client::Client;
use crate::oauth::scope::Scope;
use crate::oidc::claims::release::{Organisation, Subject};
use crate::oidc::id_token::{Beside, IdToken};
use crate::provider::{Fault, Provider};

impl Provider {
    /// Signs the ID token of a grant. One that travels alone holds the claims of the scope, too:
    /// there is no access token to ask for them with
    /// ([OpenID Connect Core section 5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims)).
    pub(crate) async fn id_token(
        &self,
        client: &Client,
        grant: &Grant,
        account: &Account,
        beside: Beside<'_>,
        now: Timestamp,
    ) -> Result<String, Fault> {
        let facts = &grant.facts;
        let nobody = || Fault::Inconsistent("a grant of a login has no proofs");
        let login = self.login(grant).ok_or_else(nobody)?;
        let claims = grant.claims_for(client);
        let scope = if beside.is_alone() { facts.scope.clone() } else { Scope::default() };
        let asks = scope.contains("organisation") || claims.id_token.contains_key("parties");
        let parties = if asks { self.store.parties_of(account).await? } else { Vec::new() };
        let sid = grant.session_id.as_ref().filter(|_| client.wants_session_id());
        let sid = sid.map(|session_id| self.session_id_for(session_id, client));
        let token = IdToken {
            iss: &self.issuer,
            sub: &self.sub(client, account),
            aud: client.client_id().as_str(),
            iat: now,
            exp: now.plus(self.settings.id_token),
            auth_time: login.auth_time,
            nonce: facts.nonce.as_deref(),
            acr: &login.acr,
            amr: &login.amr,
            sid: sid.as_deref(),
            beside,
            claims: subject(account, &parties, facts).for_id_token(&scope, &claims),
        };
        let algorithm = client.id_token_algorithm();
        Ok(token.sign(&self.keys.current(), algorithm)?)
    }
}

/// The facts from which claims are released.
pub(crate) fn subject<'a>(
    account: &'a Account,
    parties: &'a [String],
    facts: &Facts,
) -> Subject<'a> {
    let step = facts.proofs.as_ref().and_then(Proofs::email_step);
    Subject {
        sub: &account.subject,
        claims: &account.claims,
        organisation: Some(Organisation {
            number: &account.organisation,
            name: &account.organisation_name,
        }),
        parties,
        email_step: step.map(|step| (step.at, step.role.as_str())),
    }
}
