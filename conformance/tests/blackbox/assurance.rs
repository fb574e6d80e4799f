//! What the ID token says of the login's strength (OpenID Connect Core sections 2, 3.1.2.1 and
//! 5.5.1.1, OpenID Connect Core Error Code unmet_authentication_requirements).

use anyhow::ensure;
use conformance::clock::now;
use conformance::provider::{Provider, Tokens};
use conformance::user::Step;
use serde_json::json;

use crate::{Outcome, at_once, code_flow, signed_in, signed_in_by_mail};

const BY_MAIL: [Step; 2] = [Step::Email, Step::Link];
const WHOLE: [Step; 3] = [Step::Password, Step::Email, Step::Link];

fn is_of_class(provider: &Provider, tokens: &Tokens, class: &str) -> Outcome {
    let claims = &tokens.claims;
    ensure!(claims["acr"] == provider.acr(class).as_str(), "{} is not {class}", claims["acr"]);
    let methods = if class == "pwd-email" { json!(["pwd", "email"]) } else { json!(["pwd"]) };
    ensure!(claims["amr"] == methods, "{class} with {}", claims["amr"]);
    Ok(())
}

fn demand(class: &str) -> String {
    json!({"id_token": {"acr": {"essential": true, "value": class}}}).to_string()
}

#[tokio::test]
async fn a_login_by_mailed_link_has_acr_pwd_email() -> Outcome {
    let provider = Provider::discover().await?;
    let scope = "openid assurance";
    let class = provider.acr("pwd-email");
    let request = provider.request()?.with("acr_values", &class).with("scope", scope);
    let tokens = code_flow(&provider, &mut provider.user()?, &request, &WHOLE).await?;
    is_of_class(&provider, &tokens, "pwd-email")?;
    let claims = provider.userinfo(&tokens.access_token).await?.json()?;
    let time = claims["email_step_time"].as_u64().unwrap_or_default();
    ensure!(time <= now() && now() - time < 120, "email_step_time {time}");
    let role = claims["email_step_role"].as_str().unwrap_or_default();
    ensure!(["company", "arrivals", "dispatches"].contains(&role), "email_step_role {role}");
    ensure!(claims.as_object().is_some_and(|claims| claims.len() == 3), "{claims}");
    Ok(())
}

#[tokio::test]
async fn a_remembered_browser_gets_no_mail_and_has_its_own_acr() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?.skipping();
    let remembered = provider.acr("pwd-email-remembered");
    let first = provider.request()?.with("acr_values", &remembered);
    let tokens = code_flow(&provider, &mut user, &first, &WHOLE).await?;
    is_of_class(&provider, &tokens, "pwd-email")?;
    let before = provider.mailbox.mark().await?;
    for _ in 0..2 {
        let again = provider.request()?.with("acr_values", &remembered).with("prompt", "login");
        let tokens = code_flow(&provider, &mut user, &again, &[Step::Password]).await?;
        is_of_class(&provider, &tokens, "pwd-email-remembered")?;
    }
    ensure!(provider.mailbox.mark().await? == before, "a mail was sent");
    let stronger = provider.request()?.with("acr_values", &provider.acr("pwd-email"));
    let tokens = code_flow(&provider, &mut user, &stronger, &BY_MAIL).await?;
    is_of_class(&provider, &tokens, "pwd-email")
}

#[tokio::test]
async fn a_browser_is_remembered_only_on_request() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    signed_in_by_mail(&provider, &mut user).await?;
    let remembered = provider.acr("pwd-email-remembered");
    let again = provider.request()?.with("acr_values", &remembered).with("prompt", "login");
    let tokens = code_flow(&provider, &mut user, &again, &WHOLE).await?;
    is_of_class(&provider, &tokens, "pwd-email")
}

#[tokio::test]
async fn a_step_up_requires_only_the_missing_email_step() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, first) = signed_in(&provider).await?;
    is_of_class(&provider, &first, "pwd")?;
    let stronger = provider.request()?.with("acr_values", &provider.acr("pwd-email"));
    let tokens = code_flow(&provider, &mut user, &stronger, &BY_MAIL).await?;
    is_of_class(&provider, &tokens, "pwd-email")?;
    // The mail is no new login of the person.
    ensure!(tokens.claims["auth_time"] == first.claims["auth_time"], "auth_time moved");
    ensure!(tokens.claims["sub"] == first.claims["sub"], "another sub");
    Ok(())
}

#[tokio::test]
async fn acr_values_are_tried_in_order() -> Outcome {
    let provider = Provider::discover().await?;
    let (pwd, mail) = (provider.acr("pwd"), provider.acr("pwd-email"));
    let (mut user, _) = signed_in(&provider).await?;
    for values in [format!("{pwd} {mail}"), pwd, "urn:nobody:knows".to_owned()] {
        let request = provider.request()?.with("acr_values", &values);
        let tokens = code_flow(&provider, &mut user, &request, &[]).await?;
        is_of_class(&provider, &tokens, "pwd")?;
    }
    let request = provider.request()?.with("acr_values", &format!("urn:nobody:knows {mail}"));
    let tokens = code_flow(&provider, &mut user, &request, &BY_MAIL).await?;
    is_of_class(&provider, &tokens, "pwd-email")
}

#[tokio::test]
async fn an_essential_acr_is_satisfied_by_a_step_up() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    let request = provider.request()?.with("claims", &demand(&provider.acr("pwd-email")));
    let tokens = code_flow(&provider, &mut user, &request, &BY_MAIL).await?;
    is_of_class(&provider, &tokens, "pwd-email")
}

#[tokio::test]
async fn an_essential_class_that_cannot_be_reached_is_an_error_without_a_page_or_a_mail() -> Outcome
{
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    let before = provider.mailbox.mark().await?;
    let unknown = provider.request()?.with("claims", &demand("urn:nobody:knows"));
    let silent = provider.request()?.with("claims", &demand(&provider.acr("pwd-email")));
    for (request, due) in [
        (unknown, "unmet_authentication_requirements"),
        (silent.with("prompt", "none"), "interaction_required"),
    ] {
        let response = at_once(&provider, &mut user, &request).await?;
        ensure!(response.error()? == due, "{}", response.error()?);
    }
    ensure!(provider.mailbox.mark().await? == before, "a mail was sent");
    Ok(())
}

#[tokio::test]
async fn the_classes_are_published_weakest_first_with_a_page_each() -> Outcome {
    let provider = Provider::discover().await?;
    let names = ["pwd", "pwd-email-remembered", "pwd-email"];
    let classes = names.map(|name| provider.acr(name));
    ensure!(provider.supported("acr_values_supported") == classes);
    for class in classes {
        let page = provider.user()?.browser.open(&class.parse()?).await?.page()?;
        ensure!(page.status == 200, "{class} answers {}", page.status);
        ensure!(page.text().contains(&class), "{class} is not named on its page");
    }
    Ok(())
}
