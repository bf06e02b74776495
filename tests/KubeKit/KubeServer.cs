using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace KubeKit;

/// <summary>
/// A real etcd and a real kube-apiserver on loopback, with TLS and RBAC. There are no controllers, no scheduler and no kubelets: what those do, tests do,
/// or <see cref="FakeKubelet"/>.
/// </summary>
public sealed class KubeServer : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(300);
    private static readonly KubeUser Administrator = new("admin", "system:masters");

    private readonly KubeServerOptions _options;
    private readonly string _folder;
    private readonly string _data;
    private int _port;
    private int _etcdPort;
    private int _peerPort;
    private int _names;
    private ChildProcess? _etcd;
    private ChildProcess? _server;

    private KubeServer(KubeServerOptions options)
    {
        _options = options;
        _folder = Directory.CreateTempSubdirectory("orleans-scheduler-kube-").FullName;
        _data = options.InMemory && Directory.Exists("/dev/shm") ? Path.Combine("/dev/shm", Path.GetFileName(_folder)) : Path.Combine(_folder, "etcd");
        Certificates = new KubeCertificates(_folder);
        File.WriteAllLines(Path.Combine(_folder, "tokens.csv"), Users.Select(u => $"{u.Token},{u.Name},{u.Name},\"{string.Join(',', u.Groups)}\""));
        File.WriteAllText(Path.Combine(_folder, "audit-policy.yaml"), "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Metadata\n");
    }

    public Uri Address => new($"https://127.0.0.1:{_port}");

    public KubeCertificates Certificates { get; }

    /// <summary>As cluster administrator.</summary>
    public KubeApi Admin { get; private set; } = null!;

    /// <summary>Time on processors since they were started.</summary>
    public TimeSpan ApiServerCpu => _server!.Cpu;

    public TimeSpan EtcdCpu => _etcd!.Cpu;

    public long ApiServerMemory => _server!.Memory;

    /// <summary>Only with <see cref="KubeServerOptions.Audit"/>.</summary>
    public AuditLog Audit => new(Path.Combine(_folder, "audit.log"));

    private IEnumerable<KubeUser> Users => _options.Users.Prepend(Administrator);

    public static async Task<KubeServer> Start(KubeServerOptions? options = null)
    {
        var server = new KubeServer(options ?? new KubeServerOptions());
        try
        {
            await server.StartBoth();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>As one of the users of the options.</summary>
    public KubeApi As(string user) => new(Address, Certificates.Authority, Users.Single(u => u.Name == user).Token);

    /// <summary>As whoever has this token.</summary>
    public KubeApi With(string token) => new(Address, Certificates.Authority, token);

    /// <summary>The path of a kubeconfig of one of the users; admin's when none is named.</summary>
    /// <param name="address">Another address, such as a proxy's.</param>
    public string Kubeconfig(string user = "admin", Uri? address = null, string? namespaceName = null) =>
        KubeconfigOf(Users.Single(u => u.Name == user).Token, address, namespaceName);

    /// <summary>The path of a kubeconfig of whoever has this token.</summary>
    public string KubeconfigOf(string token, Uri? address = null, string? namespaceName = null)
    {
        var file = Path.Combine(_folder, $"kubeconfig-{Interlocked.Increment(ref _names)}.yaml");
        File.WriteAllText(
            file,
            $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: kit
              cluster:
                server: {(address ?? Address).ToString().TrimEnd('/')}
                certificate-authority: {Certificates.AuthorityFile}
            users:
            - name: user
              user:
                token: {token}
            contexts:
            - name: kit
              context:
                cluster: kit
                user: user
                namespace: {namespaceName ?? "default"}
            current-context: kit

            """);
        return file;
    }

    /// <summary>A namespace of its own for a test.</summary>
    public async Task<string> CreateNamespace(string prefix = "test")
    {
        var made = await Admin.Create("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["generateName"] = prefix + "-" } });
        var name = made["metadata"]!["name"]!.GetValue<string>();
        if (_options.AdmitsServiceAccounts)
        {
            var account = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" }, ["automountServiceAccountToken"] = false };
            await Admin.Create($"/api/v1/namespaces/{name}/serviceaccounts", account);
        }

        return name;
    }

    /// <summary>Runs kubectl as a user; what it printed, or an exception with what it complained of.</summary>
    public async Task<string> Kubectl(IEnumerable<string> arguments, string user = "admin", string? input = null)
    {
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", Kubeconfig(user), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["HOME"] = _folder;
        using var process = Process.Start(start)!;
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        var complaints = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)}: {await complaints}\n{output}");
    }

    /// <summary>A token of a service account that is there, as a pod would have it.</summary>
    public async Task<string> AccountToken(string namespaceName, string account)
    {
        var request = new JsonObject { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenRequest", ["spec"] = new JsonObject { ["expirationSeconds"] = 3600 } };
        var answer = await Admin.Create($"/api/v1/namespaces/{namespaceName}/serviceaccounts/{account}/token", request);
        return answer["status"]!["token"]!.GetValue<string>();
    }

    /// <summary>kill -9 of the API server; etcd stays.</summary>
    public Task KillApiServer() => _server!.Kill();

    /// <summary>Starts it again at the same address, and waits until it is ready.</summary>
    public async Task StartApiServer()
    {
        _server = Launch();
        await UntilReady();
    }

    public async Task RestartApiServer()
    {
        await KillApiServer();
        await StartApiServer();
    }

    public Task FreezeApiServer() => _server!.Signal("STOP");

    public Task ThawApiServer() => _server!.Signal("CONT");

    public Task KillEtcd() => _etcd!.Kill();

    /// <summary>Starts etcd again on the data it had.</summary>
    public void StartEtcd() => _etcd = LaunchEtcd();

    public Task FreezeEtcd() => _etcd!.Signal("STOP");

    public Task ThawEtcd() => _etcd!.Signal("CONT");

    /// <summary>Forgets all history: a watch or a list from a version of before is answered 410, once the API server's own memory does not reach back (restart it).</summary>
    public Task Compact() => EtcdCompaction.Run(new Uri($"http://127.0.0.1:{_etcdPort}"));

    public Task UntilReady() => Until(async () =>
    {
        if (_server!.HasExited)
        {
            throw new InvalidOperationException($"kube-apiserver ended:\n{_server.Tail()}");
        }

        return await Admin.IsReady();
    });

    public async ValueTask DisposeAsync()
    {
        Admin?.Dispose();
        foreach (var process in new[] { _server, _etcd })
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        Certificates.Dispose();
        foreach (var folder in new[] { _data, _folder }.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task Until(Func<Task<bool>> ready)
    {
        for (var clock = Stopwatch.StartNew(); !await ready();)
        {
            if (clock.Elapsed > ReadyWithin)
            {
                throw new TimeoutException($"The API server was not ready within {ReadyWithin.TotalSeconds:0} s.");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Somebody else may take a port that was free a moment ago: then both start again on others.</summary>
    private async Task StartBoth()
    {
        for (var attempt = 1; ; attempt++)
        {
            (_port, _etcdPort, _peerPort) = (FreePort(), FreePort(), FreePort());
            _etcd = LaunchEtcd();
            _server = Launch();
            Admin = As(Administrator.Name);
            try
            {
                await UntilReady();
                return;
            }
            catch (InvalidOperationException) when (attempt < 5 && (_server.Tail(200) + _etcd.Tail(200)).Contains("address already in use", StringComparison.Ordinal))
            {
                await _server.DisposeAsync();
                await _etcd.DisposeAsync();
                Admin.Dispose();
                Directory.Delete(_data, recursive: true);
            }
        }
    }

    private ChildProcess LaunchEtcd()
    {
        var (client, peer) = ($"http://127.0.0.1:{_etcdPort}", $"http://127.0.0.1:{_peerPort}");
        return ChildProcess.Start(
            KubeBinaries.Etcd,
            [
                "--data-dir", _data, "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", $"default={peer}", "--quota-backend-bytes", "4294967296", "--log-level", "warn",
            ],
            Path.Combine(_folder, "etcd.log"));
    }

    private ChildProcess Launch()
    {
        List<string> flags =
        [
            $"--etcd-servers=http://127.0.0.1:{_etcdPort}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", $"--secure-port={_port}",
            $"--tls-cert-file={Certificates.ServerCertificateFile}", $"--tls-private-key-file={Certificates.ServerKeyFile}", $"--client-ca-file={Certificates.AuthorityFile}",
            $"--token-auth-file={Path.Combine(_folder, "tokens.csv")}", "--authorization-mode=RBAC", "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc", $"--service-account-key-file={Certificates.AccountKeyFile}",
            $"--service-account-signing-key-file={Certificates.AccountKeyFile}", "--endpoint-reconciler-type=none", "--profiling=false", "--delete-collection-workers=8",
        ];
        if (KubeBinaries.Minor < 24)
        {
            flags.Add("--insecure-port=0");
        }

        if (!_options.AdmitsServiceAccounts)
        {
            flags.Add("--disable-admission-plugins=ServiceAccount");
        }

        if (_options.Audit)
        {
            flags.AddRange([$"--audit-policy-file={Path.Combine(_folder, "audit-policy.yaml")}", $"--audit-log-path={Path.Combine(_folder, "audit.log")}", "--audit-log-mode=blocking"]);
        }

        return ChildProcess.Start(KubeBinaries.ApiServer, flags.Concat(_options.Flags), Path.Combine(_folder, "kube-apiserver.log"));
    }
}
