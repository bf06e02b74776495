using System.Net;
using System.Text;
using System.Web;
using Azure.Core;
using Azure.Core.Pipeline;
using Silo.Storage.Blobs;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Blobs;

/// <summary>How a pod of Azure Kubernetes Service shows who it is: by the token of its service account, to which the webhook of workload identity points it.</summary>
public sealed class BlobIdentityTests : IDisposable
{
    private const string OfThePod = "11111111-1111-1111-1111-111111111111";
    private const string Named = "22222222-2222-2222-2222-222222222222";

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _before = [];

    public BlobIdentityTests()
    {
        var file = Path.Combine(_folder.Path, "token");
        File.WriteAllText(file, "token-of-the-service-account");
        Set("AZURE_CLIENT_ID", OfThePod);
        Set("AZURE_TENANT_ID", "33333333-3333-3333-3333-333333333333");
        Set("AZURE_FEDERATED_TOKEN_FILE", file);
        Set("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/");
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
            Environment.SetEnvironmentVariable(name, value);
        _folder.Dispose();
    }

    [Theory]
    [InlineData(null, OfThePod)]
    [InlineData("", OfThePod)]
    [InlineData(Named, Named)]
    public async Task A_pod_is_the_identity_that_its_service_account_names_unless_the_settings_name_another(string? set, string expected)
    {
        using var authority = new Authority();
        var identity = BlobIdentity.Of(set, new HttpClientTransport(new HttpClient(authority)));
        var token = await identity.GetTokenAsync(new TokenRequestContext(["https://storage.azure.com/.default"]), TestContext.Current.CancellationToken);

        Assert.Equal("token-for-storage", token.Token);
        Assert.Equal(expected, authority.Asked["client_id"]);
        Assert.Equal("token-of-the-service-account", authority.Asked["client_assertion"]);
    }

    private void Set(string name, string value)
    {
        _before[name] = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>Microsoft's, as far as it is asked.</summary>
    private sealed class Authority : HttpMessageHandler
    {
        public System.Collections.Specialized.NameValueCollection Asked { get; private set; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            const string Root = "https://login.microsoftonline.com/33333333-3333-3333-3333-333333333333";
            if (request.Method == HttpMethod.Post)
            {
                Asked = HttpUtility.ParseQueryString(await request.Content!.ReadAsStringAsync(cancellationToken));
                return Json("""{"token_type":"Bearer","expires_in":3600,"access_token":"token-for-storage"}""");
            }

            return Json(request.RequestUri!.AbsolutePath.Contains("discovery/instance", StringComparison.Ordinal)
                ? $$"""{"tenant_discovery_endpoint":"{{Root}}/v2.0/.well-known/openid-configuration","api-version":"1.1","metadata":[{"preferred_network":"login.microsoftonline.com","preferred_cache":"login.windows.net","aliases":["login.microsoftonline.com"]}]}"""
                : $$"""{"token_endpoint":"{{Root}}/oauth2/v2.0/token","authorization_endpoint":"{{Root}}/oauth2/v2.0/authorize","issuer":"{{Root}}/v2.0"}""");
        }

        private static HttpResponseMessage Json(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
    }
}
