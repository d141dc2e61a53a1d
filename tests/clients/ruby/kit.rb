# What the programs in this folder share: what they are told, and how they ask for a person at a browser.
require 'json'
require 'net/http'
require 'uri'

%w[ISSUER DOMAIN CLIENT_ID CLIENT_SECRET AUDIENCE APP PORT CALLBACK EMAIL USER_TOKEN].each { |name| Object.const_set(name, ENV.fetch(name)) }
$stdout.sync = true

def failed(why)
  warn why
  exit! 1
end

def ask(line)
  puts line
  $stdin.gets.chomp
end

# A person signs in at this address; where the authority leads then.
def sign_in(url) = URI.decode_www_form(URI(ask("@open #{url}")).query).to_h
def expect(is_so, what) = is_so || failed("not so: #{what}")

def done
  puts '@done'
  exit! 0
end

def get_json(path) = JSON.parse(Net::HTTP.get(URI("#{ISSUER}#{path}")))

# The block takes this API's tokens, and none of the others.
def verifies
  %w[USER_TOKEN MACHINE_TOKEN].each { |name| yield ENV.fetch(name) }
  %w[OTHER_TOKEN ID_TOKEN TAMPERED_TOKEN].each do |name|
    is_taken = begin
      yield ENV.fetch(name)
      true
    rescue StandardError
      false
    end
    expect(!is_taken, "#{name} is refused")
  end
end

# Serves a Rack application until a person has seen what they came for.
def shows(app, path)
  require 'webrick'
  handler = begin
    require 'rack/handler/webrick'
    Rack::Handler::WEBrick
  rescue LoadError
    require 'rackup/handler/webrick'
    Rackup::Handler::WEBrick
  end
  Thread.new { handler.run(app, Host: 'localhost', Port: PORT.to_i, AccessLog: []) }
  answer = ask("@visit #{APP}#{path} #{EMAIL}")
  answer.start_with?('ok') ? done : failed(answer)
end
