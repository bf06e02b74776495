using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Gateway.Tests.Support;

/// <summary>An OpenID Connect issuer on a port of this machine: a discovery document, its keys, and tokens signed with them.</summary>
public sealed class TestIssuer : IAsyncLifetime
{
    public const string Audience = "scheduler-tests";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RSA _otherRsa = RSA.Create(2048);
    private WebApplication? _app;

    public string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        var key = _rsa.ExportParameters(false);
        _app.MapGet("/.well-known/openid-configuration", () => Results.Text(
            $$"""{"issuer":"{{Address}}","jwks_uri":"{{Address}}/keys","authorization_endpoint":"{{Address}}/a","token_endpoint":"{{Address}}/t","response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}""",
            "application/json"));
        _app.MapGet("/keys", () => Results.Text(
            $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"one","alg":"RS256","n":"{{Base64UrlEncoder.Encode(key.Modulus)}}","e":"{{Base64UrlEncoder.Encode(key.Exponent)}}"}]}""",
            "application/json"));
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _rsa.Dispose();
        _otherRsa.Dispose();
    }

    /// <summary>A good token, unless a parameter spoils it.</summary>
    public string Token(
        string? tenant, string user, string[] roles, string? issuer = null, string audience = Audience, TimeSpan? lifetime = null, bool otherKey = false, bool unsigned = false,
        string userClaim = "preferred_username")
    {
        var claims = new List<Claim> { new(userClaim, user) };
        claims.AddRange(roles.Select(r => new Claim("roles", r)));
        if (tenant is not null)
            claims.Add(new Claim("tenant", tenant));
        var expires = DateTime.UtcNow + (lifetime ?? TimeSpan.FromMinutes(10));
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address,
            Audience = audience,
            NotBefore = expires - TimeSpan.FromHours(2),
            IssuedAt = expires - TimeSpan.FromHours(2),
            Expires = expires,
            Subject = new ClaimsIdentity(claims),
            SigningCredentials = unsigned ? null : new SigningCredentials(new RsaSecurityKey(otherKey ? _otherRsa : _rsa) { KeyId = "one" }, SecurityAlgorithms.RsaSha256),
        };
        return new JsonWebTokenHandler().CreateToken(descriptor);
    }

    /// <summary>Signed with the public key as if it were a shared secret: the classic confusion of algorithms.</summary>
    public string HmacToken(string tenant, string user, string[] roles) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Address,
        Audience = Audience,
        Expires = DateTime.UtcNow.AddMinutes(10),
        Claims = new Dictionary<string, object> { ["tenant"] = tenant, ["preferred_username"] = user, ["roles"] = roles },
        SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(_rsa.ExportRSAPublicKey()) { KeyId = "one" }, SecurityAlgorithms.HmacSha256),
    });

    public string Submitter(string tenant, string user = "ann") => Token(tenant, user, ["submitter"]);

    public string Reader(string tenant, string user = "rob") => Token(tenant, user, ["reader"]);

    public string Operator(string user = "olga") => Token(null, user, ["operator"]);

    public string Admin(string user = "ada") => Token(null, user, ["admin"]);
}
