# Builds from a checkout: nix-build packaging/nix
# Its syntax is checked by .ci/run; it was not built with nix.
{ pkgs ? import <nixpkgs> { } }:

pkgs.rustPlatform.buildRustPackage {
  pname = "layertui";
  version = (builtins.fromTOML (builtins.readFile ../../Cargo.toml)).package.version;
  src = pkgs.lib.cleanSource ../..;
  cargoLock.lockFile = ../../Cargo.lock;
  buildType = "dist";
  # The tests need pseudo-terminals and minutes; .ci/run runs them.
  doCheck = false;
  nativeBuildInputs = [ pkgs.installShellFiles ];
  postInstall = ''
    installManPage assets/man/*.1
    installShellCompletion --name layertui assets/completions/layertui.bash
    installShellCompletion --zsh assets/completions/_layertui
    installShellCompletion --fish assets/completions/layertui.fish
  '';
  meta = {
    description = "Explore the layers of a container image";
    license = with pkgs.lib.licenses; [ mit asl20 ];
    mainProgram = "layertui";
  };
}
