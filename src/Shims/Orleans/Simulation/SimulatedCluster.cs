using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Activations;
using Orleans.Hosting;
using Orleans.InProcess;
using Orleans.Reminders;
using Orleans.Storage;

namespace Orleans.Simulation;

/// <summary>
/// Several silos, a client and the network between them in one thread, on virtual time. One seed decides the order of
/// turns and of messages, delays, losses and placement: the same seed gives the same run, to the same <see cref="TraceHash"/>.
/// Grain code is the same as everywhere. Shim only: real Orleans has no such thing.
/// </summary>
/// <remarks>
/// Whoever drives it calls Run…; code that calls grains belongs in <see cref="Run(Func{Task})"/>, where its awaits are
/// steps of the simulation too. Code that leaves its scheduler (Task.Run, real I/O) still works but is ordered by the machine.
/// </remarks>
public sealed partial class SimulatedCluster : IDisposable
{
    private static readonly ExecutionContext s_pristine = CapturePristine();

    private readonly SimulationOptions _options;
    private readonly SimulatedSilo[] _nodes;
    private readonly SiloTime[] _clocks;
    private readonly TurnScheduler _driver;
    private readonly MemoryStores _stores = new();
    private readonly InMemoryReminderTable _reminderTable = new();
    private ReminderService? _reminders;
    private Random _random;
    private ulong _hash = StableHash.Seed;
    private long _nextActivation;

    public SimulatedCluster(int seed, SimulationOptions? options = null)
    {
        Seed = seed;
        _options = options ?? new SimulationOptions();
        _random = new Random(seed);
        Clock = new VirtualTime(_options.StartTime);
        Faults = _options.Network;
        ClientFaults = _options.ClientNetwork;
        Directory = new SimulatedDirectory(this);
        Network = new SimulatedNetwork(this);
        _driver = new TurnScheduler(Turns) { Name = "driver" };
        _clocks = [.. Enumerable.Range(0, _options.Silos + 1).Select(_ => new SiloTime(Clock))];
        _nodes = new SimulatedSilo[_options.Silos + 1];
        _nodes[^1] = Build(_options.Silos, generation: 1, isClient: true);
        for (var i = 0; i < _options.Silos; i++)
        {
            _nodes[i] = Build(i, generation: 1, isClient: false);
        }

        foreach (var silo in Silos.ToList())
        {
            Run(() => silo.StartAsync(CancellationToken.None));
        }
    }

    public int Seed { get; }

    /// <summary>The virtual clock. A silo's TimeProvider shows the same, but for what <see cref="ShiftClock"/> did to it.</summary>
    public TimeProvider Time => Clock;

    /// <summary>Of all events so far. Two runs of a seed that differ here were not the same run.</summary>
    public ulong TraceHash => _hash;

    public long Steps { get; private set; }

    /// <summary>What came from another thread, if anything did: a seed's run is only the same again without. Null is as it should be.</summary>
    public string? Stray => Turns.Stray;

    public int SiloCount => _options.Silos;

    /// <summary>Called after every step, outside of all turns: it may crash silos and look into grains.</summary>
    public Action? AfterStep { get; set; }

    /// <summary>The client outside of the silos. Like Orleans' it does not learn that a silo died: its calls wait for their timeout.</summary>
    public IClusterClient Client => _nodes[^1].Services.GetRequiredService<IClusterClient>();

    /// <summary>What the network between silos does from now on.</summary>
    public NetworkFaults Faults { get; set; }

    /// <summary>What the network between client and silos does from now on.</summary>
    public NetworkFaults ClientFaults { get; set; }

    internal VirtualTime Clock { get; }

    internal SimulatedTurns Turns { get; } = new();

    internal SimulatedDirectory Directory { get; }

    internal SimulatedNetwork Network { get; }

    internal IEnumerable<SimulatedSilo> Silos => _nodes.Take(_options.Silos);

    /// <summary>A client inside a silo, like a gateway hosted there.</summary>
    public IClusterClient SiloClient(int silo) => _nodes[silo].Services.GetRequiredService<IClusterClient>();

    /// <summary>A silo's services, of its present life.</summary>
    public IServiceProvider SiloServices(int silo) => _nodes[silo].Services;

    /// <summary>Which silo the directory says has the grain; null when none.</summary>
    public int? SiloOf(IAddressable grain) => Directory.OwnerOf(grain.GetGrainId());

    /// <summary>How many activations a silo has now.</summary>
    public int ActivationCount(int silo) => _nodes[silo].Catalog.Activations.Count(a => a.State != ActivationState.Ended);

    /// <summary>The next number below <paramref name="below"/> from the seed; for fault plans of tests.</summary>
    public int Next(int below) => _random.Next(below);

    /// <summary>From here on everything is drawn from this seed: what follows does not depend on how much was drawn before.</summary>
    public void Reseed(int seed) => _random = new Random(seed);

    /// <summary>Ends after a virtual time drawn between the two; for stores that answer late.</summary>
    public Task Delay(TimeSpan least, TimeSpan most) => Task.Delay(least + TimeSpan.FromTicks(Draw((most - least).Ticks + 1)), Clock);

    public void Dispose()
    {
        foreach (var node in _nodes)
        {
#pragma warning disable VSTHRD002 // Some services can only be disposed asynchronously, and nothing of the simulation runs any more.
            ((IAsyncDisposable)node.Services).DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        }
    }

    internal SimulatedSilo Node(int index) => _nodes[index];

    internal long Draw(long below) => _random.NextInt64(below);

    internal int Draw(int below) => _random.Next(below);

    internal ActivationId NewActivationId() => new(new Guid(0, 0, 0, BitConverter.GetBytes(++_nextActivation)));

    /// <summary>Makes an event part of the trace.</summary>
    internal void Note(string kind, string what)
    {
        _hash = StableHash.Add(StableHash.Add(StableHash.Add(_hash, kind), what), Clock.Now);
        _options.Trace?.Invoke($"{Clock.Now / 10_000_000.0:F6} {kind} {what}");
    }

    private static ExecutionContext CapturePristine()
    {
        // From a thread that inherits nothing: what the driving test keeps in AsyncLocals must not reach grains.
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context!;
    }

    private SimulatedSilo Build(int index, int generation, bool isClient)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clocks[index]);
        services.AddSingleton(_stores);
        services.AddSingleton<IReminderTable>(_reminderTable);
        // One for the cluster, on no silo: who ticks a reminder is not what a simulation is about, that it ticks once is.
        services.AddSingleton(s => _reminders ??= new ReminderService(_nodes[^1], _reminderTable, s.GetRequiredService<IOptions<ReminderOptions>>()));
        Microsoft.Extensions.Hosting.SiloServices.Add(services);
        services.AddSingleton<Silo>(s => new SimulatedSilo(s, this, index, generation, isClient));
        if (!isClient)
        {
            _options.ConfigureSilo(index, new SiloBuilder(services, new ConfigurationBuilder().Build()));
        }

        return (SimulatedSilo)services.BuildServiceProvider().GetRequiredService<Silo>();
    }
}
