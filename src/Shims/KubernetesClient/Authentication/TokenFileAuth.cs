using System.Net.Http.Headers;

namespace k8s.Authentication;

/// <summary>A token that somebody renews in a file, as a kubelet does long before it ends: read again every minute.</summary>
public class TokenFileAuth(string tokenFile) : ITokenProvider
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMinutes(1);

    private volatile Known _known;

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        var known = _known;
        if (known is null || known.Until < DateTime.UtcNow)
        {
            var token = (await File.ReadAllTextAsync(tokenFile, cancellationToken).ConfigureAwait(false)).Trim();
            _known = known = new Known(new AuthenticationHeaderValue("Bearer", token), DateTime.UtcNow + ReadEvery);
        }

        return known.Header;
    }

    private sealed record Known(AuthenticationHeaderValue Header, DateTime Until);
}
