source("kit.R")
library(httr)
set_config(config(cainfo = told("CA")))

# recipe
app <- oauth_app("ostia", key = told("CLIENT_ID"), secret = told("CLIENT_SECRET"), redirect_uri = told("CALLBACK"))
ostia <- oauth_endpoint(authorize = paste0(told("ISSUER"), "authorize"), access = paste0(told("ISSUER"), "oauth/token"))
url <- oauth2.0_authorize_url(ostia, app, scope = "openid email", state = "state")
back <- parse_url(ask(paste0("@open ", url)))
token <- oauth2.0_access_token(ostia, app, code = back$query$code)
user <- content(GET(paste0(told("ISSUER"), "userinfo"), add_headers(Authorization = paste("Bearer", token$access_token))))
# end
stopifnot(user$email == told("EMAIL"))
done()
