"""The hub of a rehearsal: system accounts (PAM), one process for each user, and maybe ngshare."""

import json
import os
from pathlib import Path

settings = json.loads(Path(os.environ["REHEARSAL"]).read_text())
state = Path(settings["state"])

c = get_config()  # given by JupyterHub, which runs this file

c.JupyterHub.bind_url = settings["address"]
c.JupyterHub.hub_bind_url = settings["hub_address"]
c.JupyterHub.db_url = f"sqlite:///{state / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
c.ConfigurableHTTPProxy.command = [settings["proxy"]]
c.ConfigurableHTTPProxy.api_url = settings["proxy_address"]
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")

c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allowed_users = set(settings["users"])
# A session of PAM needs a login manager, which a container does not have.
c.PAMAuthenticator.open_sessions = False
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [f"{settings['prefix']}/bin/jupyterhub-singleuser"]
c.Spawner.environment = {"PATH": f"{settings['prefix']}/bin:/usr/bin:/bin"}
c.Spawner.start_timeout = 120

if settings["ngshare"]:
    access = "access:services!service=ngshare"
    c.JupyterHub.services = [
        {
            "name": "ngshare",
            "url": settings["ngshare_address"],
            "command": [
                settings["ngshare"], "-m", "ngshare",
                "--admins", settings["teacher"],
                "--database", f"sqlite:///{state / 'ngshare.db'}",
                "--storage", str(state / "ngshare"),
            ],
            "cwd": str(state),
            "oauth_no_confirm": True,
        }
    ]  # fmt: skip
    roles = [{"name": "user", "scopes": ["self", access]}]
    c.JupyterHub.load_roles = roles
    # The client in a user's server talks to ngshare with the server's own token.
    c.Spawner.server_token_scopes = [access, "users:activity!user", "access:servers!server"]
