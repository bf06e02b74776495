using Grains;
using Grains.Clusters;
using Grains.Configuration;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Pools;
using Grains.Racks;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Hosting;
using Orleans.Simulation;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Pools;

namespace Simulation.CrashPoints;

/// <summary>
/// A small cluster with the production grains for one scenario: two racks of two nodes with eight GPUs, a backend and the reconcilers that go
/// on by themselves, and a client that repeats what is not answered. What crashed comes back by itself.
/// </summary>
internal sealed partial class Stage : IDisposable
{
    public static readonly PoolId Pool = new("p");
    public static readonly Caller Operator = new() { Tenant = null, User = "sim", Roles = CallerRoles.Admin };

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan DeathDeclaredAfter = TimeSpan.FromSeconds(5);

    /// <summary>Long enough that the others have taken over before it is back.</summary>
    private static readonly TimeSpan SiloBackAfter = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan AllBackAfter = TimeSpan.FromSeconds(1);

    private readonly IMedium _medium;
    private readonly SiloLife[] _lives;
    private readonly Observer _seen;
    private readonly AtRestChecks _atRest;
    private readonly Random _random;
    private readonly HashSet<JobId> _accepted = [];
    private DateTimeOffset? _backAt;
    private bool _over;

    public Stage(int seed, int silos, IMedium medium, WriteGate gate)
    {
        _medium = medium;
        Gate = gate;
        gate.Kill = Kill;
        gate.Inside = medium.FailInside;
        _lives = new SiloLife[silos];
        _seen = new Observer(() => Cluster?.Time.GetUtcNow() ?? default) { HasLostGpus = _ => false };
        _random = new Random(seed);
        _backend = new Backend(_seen.Record, (_, _) => int.MaxValue);
        Cluster = new SimulatedCluster(seed, new SimulationOptions
        {
            Silos = silos,
            ConfigureSilo = Configure,
            DeathDeclaredAfter = DeathDeclaredAfter,
            Trace = Environment.GetEnvironmentVariable("SIMULATION_TRACE") is null ? null : Console.Error.WriteLine,
        });
        _atRest = new AtRestChecks(Cluster, medium.Jobs, _seen, Pool, Operator) { MustShowUse = false };
        Cluster.Run(() => Client.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(Pool));
        OfferRack(0, 2);
        OfferRack(1, 2);
        _ = Cluster.Start(ActAsBackend);
        _ = Cluster.Start(Reconcile);
        _ = Cluster.Start(ShowNodes);
    }

    public SimulatedCluster Cluster { get; }

    public WriteGate Gate { get; }

    /// <summary>What went wrong so far.</summary>
    public List<string> Wrong { get; } = [];

    private IClusterClient Client => Cluster.Client;

    private IPoolGrain PoolGrain => Client.GetGrain<IPoolGrain>(Pool.Value);

    private DateTimeOffset Now => Cluster.Time.GetUtcNow();

    /// <summary>Goes on in virtual time; who crashed meanwhile comes back.</summary>
    public void Advance(TimeSpan span)
    {
        for (var end = Now + span; Now < end;)
        {
            Cluster.RunFor(Slice);
            Revive();
        }
    }

    /// <summary>Goes on until it is so. What does not come to be ends the scenario.</summary>
    public void Until(string what, Func<bool> holds)
    {
        for (var limit = Now + Patience; !holds();)
        {
            if (Now > limit)
            {
                throw new ScenarioStuckException($"not within {Patience.TotalSeconds:0} s: {what}. There is {Describe()}");
            }

            Advance(Slice);
        }
    }

    /// <summary>Nothing is under way any more: everything holds, and this is so.</summary>
    public void CheckAtRest(string when, Func<Stage, IEnumerable<string>> goal)
    {
        Advance(TimeSpan.FromSeconds(45));
        var wrong = _atRest.Check(_accepted).Concat(goal(this)).ToList();
        Wrong.AddRange(wrong.Select(w => $"{when}: {w}"));
    }

    /// <summary>Every job is ended, and nothing may be left of any.</summary>
    public void End()
    {
        foreach (var row in Rows().Where(r => r is { Ended: false, Parent: null }))
        {
            Send(() => Job(row.Job.Value).Cancel(Operator, "the end"));
        }

        Until("every job has ended", () => Rows().All(r => r.Ended));
        CheckAtRest("with every job ended", _ => _atRest.CheckEmpty());
    }

    public void Dispose()
    {
        _over = true;
        Cluster.Dispose();
        _medium.Dispose();
    }

    private void Configure(int silo, ISiloBuilder builder)
    {
        var life = _lives[silo] = new SiloLife(silo);
        var services = builder.Services;
        services.AddSchedulerGrains();
        services.AddSingleton<IJournalStore>(s => new GatedJournals(_medium.OpenJournals(s.GetRequiredService<TimeProvider>()), Gate, life));
        services.AddGrainStorage(StorageNames.Default, (s, _) => new GatedStates(_medium.OpenStates(s.GetRequiredService<TimeProvider>()), Gate, life));
        services.AddSingleton(_medium.Jobs);
        services.AddSingleton<IIncomingGrainCallFilter>(_seen);
        services.AddSingleton<ILoggerProvider>(_seen);
        if (Environment.GetEnvironmentVariable("SIMULATION_LOG") is not null)
        {
            services.AddSingleton<ILoggerProvider>(new PrintedLog(() => Cluster?.Time.GetUtcNow() ?? default));
        }

        services.Configure<NodeOptions>(o => o.LostAfter = TimeSpan.FromSeconds(15));
        services.Configure<PoolOptions>(o =>
        {
            o.HoldLease = TimeSpan.FromSeconds(20);
            o.Policy = HastyPools.Policy;
        });
    }

    /// <summary>Within a step of the simulation: nothing of it runs on, and nothing is restarted before the step is over.</summary>
    private void Kill(SiloLife life, bool all)
    {
        foreach (var one in all ? [.. _lives] : new[] { life })
        {
            one.IsDead = true;
            Cluster.CrashSilo(one.Silo);
        }

        if (all)
        {
            _medium.Kill();
        }

        _backAt = Now + (all ? AllBackAfter : SiloBackAfter);
    }

    private void Revive()
    {
        if (_backAt > Now || _backAt is null)
        {
            return;
        }

        _backAt = null;
        foreach (var dead in _lives.Where(l => l.IsDead).ToList())
        {
            Cluster.RestartSilo(dead.Silo);
        }
    }
}
