using Gateway.Backends;
using Gateway.Health;
using Gateway.Kubernetes.JobsOut;
using Gateway.Leadership;
using Gateway.Validation;
using k8s;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.Hosting;

/// <summary>
/// Serves one cluster from start to stop. A cluster that cannot be reached keeps nobody from starting: it is tried on, and everything else runs.
/// Several gateways may serve one cluster: who has its lease acts, and all others follow, ready to take it.
/// </summary>
internal sealed class ClusterHost(ClusterSettings settings, ClusterServices services, Random random, string identityEnding) : BackgroundService, IHealthNote, IPoolRules
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = services.Loggers.CreateLogger<ClusterHost>();
    private readonly long _began = services.Time.GetTimestamp();
    private ClusterParts? _parts;

    public string Name => settings.Name;

    /// <summary>Whether this process acts on the cluster now.</summary>
    internal bool Leads => _parts?.Leader.Epoch is not null;

    public ILeader Leader
    {
        get
        {
            Prepare();
            return _parts!.Leader;
        }
    }

    /// <summary>Reads how the cluster is reached, and puts everything together; calls nothing.</summary>
    /// <exception cref="k8s.Exceptions.KubeConfigException">It cannot be read.</exception>
    public void Prepare() => _parts ??= new ClusterParts(settings, services, random, identityEnding);

    /// <summary>Null while all is well.</summary>
    public string? Note
    {
        get
        {
            if (_parts is not { InStep.IsCompleted: true } parts)
            {
                return $"cluster {Name}: not in step yet, for {services.Time.GetElapsedTime(_began):hh\\:mm\\:ss}";
            }

            var now = services.Time.GetUtcNow();
            var silent = parts.Watched.Where(w => now - w.LastHeard() > settings.Watching.SilentFor).Select(w => $"{w.Name} for {now - w.LastHeard():hh\\:mm\\:ss}").ToList();
            return silent.Count == 0 ? null : $"cluster {Name}: nothing heard of {string.Join(", ", silent)}";
        }
    }

    public IEnumerable<(string Field, string Rule)> Faults(PoolId pool, JobSpec spec)
    {
        if (services.Claims.OwnerOf(pool) != Name)
        {
            return [];
        }

        var faults = PodAdmission.Faults(spec, settings.Pods);
        return _parts?.Namespaces.Of(spec.Tenant) is null ? faults.Append(("tenant", "has no namespace in this pool's cluster: ask its operator for one")) : faults;
    }

    public override void Dispose()
    {
        _parts?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Prepare();
        var parts = _parts!;
        List<Task> running = [.. parts.Watched.Select(w => Guarded(w.Name, w.Run, stoppingToken))];
        await WaitForStep(parts, stoppingToken);
        if (!stoppingToken.IsCancellationRequested)
        {
            running.AddRange(parts.Acting.Select(a => Guarded(a.Name, a.Run, stoppingToken)));
            running.Add(Guarded("sweep of services", token => SweepServices(parts, token), stoppingToken));
        }

        await Task.WhenAll(running);
    }

    private async Task WaitForStep(ClusterParts parts, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await parts.InStep.WaitAsync(settings.ComplainAfter, services.Time, cancellationToken);
                HostingLog.InStep(_logger, Name, services.Time.GetElapsedTime(_began));
                return;
            }
            catch (TimeoutException)
            {
                HostingLog.NotInStep(_logger, Name, services.Time.GetElapsedTime(_began), await Why(parts, cancellationToken));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>What the API server says to the simplest question.</summary>
    private static async Task<string> Why(ClusterParts parts, CancellationToken cancellationToken)
    {
        try
        {
            return await parts.Api.Read((client, token) => client.CoreV1.ListNodeAsync(limit: 1, cancellationToken: token), cancellationToken) switch
            {
                ClusterAnswer<V1NodeList>.Done => "its API server answers, but its nodes and pods are not all listed yet",
                ClusterAnswer<V1NodeList>.Refused refused => refused.Why,
                ClusterAnswer<V1NodeList>.Unknown unknown => unknown.Why,
                ClusterAnswer<V1NodeList>.Throttled throttled => $"its API server asks to wait {throttled.RetryAfter}",
                var other => other.ToString(),
            };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return "the gateway stops";
        }
    }

    /// <summary>A part that breaks begins anew; the others go on.</summary>
    private async Task Guarded(string name, Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await run(cancellationToken);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever broke, the cluster is served on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                HostingLog.PartBroke(_logger, e, Name, name, AgainAfter);
                await Pause.For(AgainAfter, services.Time, cancellationToken);
            }
        }
    }

    private async Task SweepServices(ClusterParts parts, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Pause.For(settings.Backend.SweepEvery, services.Time, cancellationToken);
            if (parts.Leader.Epoch is null || cancellationToken.IsCancellationRequested)
            {
                continue;
            }

            var removed = await parts.Services.Sweep(
                services.Feed.HasEnded,
                async job => await parts.Pods.List(job, PodRead.Cached, cancellationToken) is not ClusterAnswer<PodPage>.Done { Value.Pods.IsEmpty: true },
                cancellationToken);
            if (removed > 0)
            {
                HostingLog.ServicesSwept(_logger, Name, removed);
            }
        }
    }
}
