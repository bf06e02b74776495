namespace KubeKit;

/// <summary>How a real API server is started.</summary>
public sealed record KubeServerOptions
{
    /// <summary>Users with a token each, beside admin; names such as system:serviceaccount:NAMESPACE:NAME work too.</summary>
    public IReadOnlyList<KubeUser> Users { get; init; } = [];

    /// <summary>
    /// Also the admission of service accounts: a pod's account must exist then, and has to say that no token is mounted. Off by default, as no
    /// controller makes accounts here.
    /// </summary>
    public bool AdmitsServiceAccounts { get; init; }

    /// <summary>Writes down every request with its user and its answer.</summary>
    public bool Audit { get; init; }

    /// <summary>Keeps what etcd writes in memory; off where a disk is to be measured.</summary>
    public bool InMemory { get; init; } = true;

    /// <summary>More flags of kube-apiserver.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];
}

/// <summary>Who may call, by token.</summary>
public sealed record KubeUser(string Name, params string[] Groups)
{
    public string Token { get; init; } = "token-of-" + Name.Replace(':', '-');
}
