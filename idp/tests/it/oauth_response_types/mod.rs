//! [OAuth 2.0 Multiple Response Type Encoding Practices](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html),
//! with the signed modes of JARM beside the plain ones.

mod modes;
