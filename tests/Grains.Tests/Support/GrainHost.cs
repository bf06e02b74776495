using Grains.Configuration;
using Grains.Pools;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime.Hosting;
using Orleans.Simulation;

namespace Grains.Tests.Support;

/// <summary>
/// Silos in one thread on virtual time, a medium that outlives them, and scripted peers: what a test does not script goes to the
/// real grain.
/// </summary>
internal sealed class GrainHost : IDisposable
{
    /// <param name="seed">Of all that is random.</param>
    /// <param name="silos">Silos.</param>
    /// <param name="withPools">Real pools can be activated too.</param>
    public GrainHost(int seed = 1, int silos = 1, bool withPools = false) => Cluster = new SimulatedCluster(seed, new SimulationOptions
    {
        Silos = silos,
        ConfigureSilo = (_, silo) => Configure(silo, withPools),
        DeathDeclaredAfter = TimeSpan.FromSeconds(2),
    });

    public SimulatedCluster Cluster { get; }

    public TestJournals Journals { get; } = new();

    public TestStates States { get; } = new();

    public ScriptedPeers Peers { get; } = new();

    public DateTimeOffset Now => Cluster.Time.GetUtcNow();

    public T Grain<T>(string key) where T : IGrainWithStringKey => Cluster.Client.GetGrain<T>(key);

    // Awaited here, in the simulation: a grain's task that is only handed through would be ended by a thread outside, at any time.
    public void Do(Func<Task> code) => Cluster.Run(async () => await code());

    public T Ask<T>(Func<Task<T>> code) => Cluster.Run(async () => await code());

    public void Wait(double seconds) => Cluster.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>kill -9 and a new process: only what was durable is left.</summary>
    public void Crash(int silo = 0)
    {
        Cluster.CrashSilo(silo);
        Cluster.RestartSilo(silo);
    }

    /// <summary>Nothing outlives the process: no sockets, files or threads; the silos end with the test.</summary>
    public void Dispose()
    {
    }

    private void Configure(ISiloBuilder silo, bool withPools)
    {
        if (withPools)
        {
            silo.Services.AddSchedulerGrains();
        }

        silo.Services.AddMetrics();
        silo.Services.TryAddSingleton<PoolInstruments>();
        silo.Services.TryAddSingleton<TurnWatch>();
        silo.Services.AddSingleton<IJournalStore>(Journals);
        silo.Services.AddSingleton<IJobIndex>(States.Index);
        silo.Services.AddGrainStorage("default", (_, _) => States);
        silo.Services.AddSingleton<IOutgoingGrainCallFilter>(Peers);
        silo.Services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
    }
}
