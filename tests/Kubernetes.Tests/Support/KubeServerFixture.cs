using KubeKit;

namespace KubeTests.Support;

/// <summary>A real API server, shared by all tests of the assembly: each works in a namespace of its own, and leaves the server as it is.</summary>
public class KubeServerFixture : IAsyncLifetime
{
    /// <summary>The service account of the tests, as the gateway's: it may do nothing until a test grants it something.</summary>
    public const string Account = "system:serviceaccount:orleans-scheduler:gateway";

    private KubeServer? _server;

    public KubeServer Server => _server ?? throw new InvalidOperationException(KubeBinaries.WhyMissing);

    protected virtual KubeServerOptions Options => new()
    {
        Users = [new KubeUser(Account, "system:serviceaccounts", "system:serviceaccounts:orleans-scheduler"), new KubeUser("nobody")],
    };

    public virtual async ValueTask InitializeAsync()
    {
        if (KubeBinaries.WhyMissing is null)
        {
            _server = await KubeServer.Start(Options);
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}

/// <summary>A real API server for one class alone, whose nodes are its own and which it may break.</summary>
public sealed class OwnKubeServer : KubeServerFixture;
