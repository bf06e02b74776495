using System.Net.Http.Headers;
using System.Text;

namespace k8s.Authentication;

public interface ITokenProvider
{
    Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken);
}

/// <summary>Puts onto a request who sends it.</summary>
public abstract class ServiceClientCredentials
{
    public virtual Task ProcessHttpRequestAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.CompletedTask;
}

public sealed class StringTokenProvider(string accessToken, string tokenType) : ITokenProvider
{
    private readonly Task<AuthenticationHeaderValue> _header = Task.FromResult(new AuthenticationHeaderValue(tokenType, accessToken));

    public string TokenType => tokenType;

    public Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken) => _header;
}

public class TokenCredentials : ServiceClientCredentials
{
    public TokenCredentials(string token)
        : this(token, "Bearer")
    {
    }

    public TokenCredentials(string token, string tokenType)
        : this(new StringTokenProvider(token, tokenType)) => ArgumentException.ThrowIfNullOrEmpty(token);

    public TokenCredentials(ITokenProvider tokenProvider)
    {
        ArgumentNullException.ThrowIfNull(tokenProvider);
        TokenProvider = tokenProvider;
    }

    protected ITokenProvider TokenProvider { get; private set; }

    public override async Task ProcessHttpRequestAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Headers.Authorization = await TokenProvider.GetAuthenticationHeaderAsync(cancellationToken).ConfigureAwait(false);
}

public class BasicAuthenticationCredentials : ServiceClientCredentials
{
    public string UserName { get; set; }

    public string Password { get; set; }

    public override Task ProcessHttpRequestAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{Password}")));
        return Task.CompletedTask;
    }
}
