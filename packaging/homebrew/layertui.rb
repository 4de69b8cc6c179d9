# Builds from a checkout: brew install --HEAD ./packaging/homebrew/layertui.rb
# Not published; its syntax is checked by .ci/run, it was not run with brew.
class Layertui < Formula
  desc "Explore the layers of a container image"
  homepage "file://#{File.expand_path("../..", __dir__)}"
  license any_of: ["MIT", "Apache-2.0"]
  head "file://#{File.expand_path("../..", __dir__)}", using: :git

  depends_on "rust" => :build

  def install
    system "cargo", "install", "--profile", "dist", *std_cargo_args
    man1.install Dir["assets/man/*.1"]
    bash_completion.install "assets/completions/layertui.bash" => "layertui"
    zsh_completion.install "assets/completions/_layertui"
    fish_completion.install "assets/completions/layertui.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/layertui --version")
  end
end
