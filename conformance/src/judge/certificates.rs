//! Certificates for one run: an authority of the judge's own, and what it signs. The provider has
//! to trust the authority, because it fetches from the judge's site.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// The authority of a run.
pub struct Authority {
    /// Its certificate, as PEM.
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its private key, each as PEM.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate.
    pub pem: String,
    /// The private key.
    pub key: String,
}

impl Authority {
    /// Reads `ca.pem` and `ca.key` of a folder, and makes them first if they are not there.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let (certificate, key) = (folder.join("ca.pem"), folder.join("ca.key"));
        if !certificate.exists() {
            fs::create_dir_all(folder)?;
            let (pair, params) = (KeyPair::generate()?, authority_params()?);
            write_private(&key, &pair.serialize_pem())?;
            fs::write(&certificate, params.self_signed(&pair)?.pem())?;
        }
        let pair = KeyPair::from_pem(&fs::read_to_string(&key).context("ca.key")?)?;
        let pem = fs::read_to_string(certificate).context("ca.pem")?;
        Ok(Self { pem, issuer: Issuer::new(authority_params()?, pair) })
    }

    /// A certificate for a server on this machine.
    pub fn server(&self) -> anyhow::Result<Certificate> {
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        self.sign(CertificateParams::new(names)?, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A certificate for a client; `name` is the common name.
    pub fn client(&self, name: &str) -> anyhow::Result<Certificate> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        self.sign(params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(
        &self,
        mut params: CertificateParams,
        usage: ExtendedKeyUsagePurpose,
    ) -> anyhow::Result<Certificate> {
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate()?;
        let pem = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Certificate { pem, key: key.serialize_pem() })
    }
}

impl Certificate {
    /// A certificate that nobody vouches for, of a key as PEM; `name` is the common name.
    pub fn self_signed(name: &str, key: &str) -> anyhow::Result<Self> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let pair = KeyPair::from_pem(key)?;
        Ok(Self { pem: params.self_signed(&pair)?.pem(), key: key.to_owned() })
    }
}

/// Writes a file that no one else may read.
pub fn write_private(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(file)?;
    Ok(file.write_all(text.as_bytes())?)
}

/// The same each time, so that key and name are all that has to be kept.
fn authority_params() -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Conformance run");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}
