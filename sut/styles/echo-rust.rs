//! An echo server on Rust's standard library alone: a thread for each connection.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn echo(mut connection: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(size) => connection.write_all(&buffer[..size])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
    }
}

fn serve(address: (&str, u16)) -> io::Result<()> {
    let listener = TcpListener::bind(address)?; // sets SO_REUSEADDR
    for connection in listener.incoming() {
        match connection {
            // No thread for this client, or it is gone while we talk: the others do not care.
            Ok(connection) => drop(thread::Builder::new().spawn(|| echo(connection))),
            Err(_) => thread::sleep(Duration::from_millis(50)), // No descriptor left, perhaps.
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let (Some(host), Some(Ok(port)), 3) = (arguments.get(1), arguments.get(2).map(|p| p.parse()), arguments.len())
    else {
        eprintln!("usage: {} HOST PORT", arguments[0]);
        return ExitCode::from(2);
    };
    match serve((host, port)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{host}:{port}: {error}");
            ExitCode::FAILURE
        }
    }
}
