//! The HTTP beneath the stubs of AWS: a thread for each connection, one request read, one answer written; and who calls them.
#![allow(clippy::unwrap_used, unreachable_pub, missing_docs)]
#![allow(dead_code, reason = "each stub uses a part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use infra_bootstrap::Connection;

/// What is asked.
pub struct Asked {
    /// The operation of a JSON protocol, else the last part of the path, which is empty for a form.
    pub operation: String,
    pub body: Vec<u8>,
}

/// Serves every connection in a thread of its own until the test's process ends; gives the address.
pub fn listen(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(connection));
        }
    });
    address
}

/// Reads one request.
pub fn read(connection: &TcpStream) -> Asked {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let (mut length, mut operation, mut first) = (0, String::new(), String::new());
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let (header, value) = line.trim().split_once(':').unwrap_or_default();
        match header.to_ascii_lowercase().as_str() {
            "" => break,
            "content-length" => length = value.trim().parse().unwrap(),
            "x-amz-target" => operation = value.rsplit('.').next().unwrap().to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    if operation.is_empty() {
        operation = first.split(' ').nth(1).unwrap().trim_matches('/').rsplit('/').next().unwrap().to_owned();
    }
    Asked { operation, body }
}

/// Answers and hangs up. `headers` are whole lines.
pub fn answer(mut connection: TcpStream, status: u16, kind: &str, headers: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{headers}Content-Length: {}\r\n", body.len());
    connection.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).unwrap();
    connection.write_all(body).unwrap();
}

/// Somebody who calls what is at that address.
pub async fn sdk(address: &str) -> SdkConfig {
    let connection = Connection {
        region: Some("eu-west-1".to_owned()),
        endpoint_url: Some(address.to_owned()),
        ..Connection::default()
    };
    let keys = Credentials::new("test", "test", None, None, "test");
    connection.open().await.into_builder().credentials_provider(SharedCredentialsProvider::new(keys)).build()
}

/// The command line, in that folder, with nothing in its environment but what leads to that address.
pub fn command_line(address: &str, folder: &str, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infra-bootstrap"));
    command
        .args(line)
        .current_dir(folder)
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ENDPOINT_URL", address);
    command
}

/// A value as the CBOR protocol carries it.
pub fn encoded(value: &ciborium::Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
