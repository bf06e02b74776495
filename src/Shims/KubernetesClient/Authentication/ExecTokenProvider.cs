using System.Net.Http.Headers;
using k8s.KubeConfigModels;

namespace k8s.Authentication;

/// <summary>A token that a command prints: run once, and again shortly before what it printed ends.</summary>
public class ExecTokenProvider(ExternalExecution exec) : ITokenProvider
{
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Known _known;

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        if (IsGood(_known))
        {
            return _known.Header;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!IsGood(_known))
            {
                Take(await Task.Run(() => KubernetesClientConfiguration.ExecuteExternalCommand(exec), cancellationToken).ConfigureAwait(false));
            }

            return _known.Header;
        }
        finally
        {
            _one.Release();
        }
    }

    internal void Take(ExecCredentialResponse response) =>
        _known = new Known(new AuthenticationHeaderValue("Bearer", response.Status.Token), response.Status.ExpirationTimestamp);

    private static bool IsGood(Known known) => known is not null && (known.Until is not { } until || DateTime.UtcNow + Early < until);

    private sealed record Known(AuthenticationHeaderValue Header, DateTime? Until);
}
