using Orleans.Activations;
using Orleans.Calls;
using Orleans.Concurrency;
using Orleans.InProcess;

namespace Orleans.Simulation;

/// <summary>One process of a simulated cluster: a silo, or the client outside.</summary>
internal sealed class SimulatedSilo(IServiceProvider services, SimulatedCluster cluster, int index, int generation, bool isClient) : Silo(services)
{
    private long _observers;

    /// <summary>Its place in the cluster; the client's comes after the silos'.</summary>
    public int Index { get; } = index;

    public int Generation { get; } = generation;

    public bool IsClient { get; } = isClient;

    public bool IsAlive { get; private set; } = true;

    /// <summary>Cut off from all others.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>The others have given it up.</summary>
    public bool IsDeclaredDead { get; set; }

    /// <summary>What a cut-off silo believes of who is where; others share the cluster's.</summary>
    public Dictionary<GrainId, int>? OwnView { get; set; }

    public override SiloAddress Address { get; } = SiloAddress.New(System.Net.IPAddress.Loopback, 11111 + index, generation);

    public override ITurnDispatcher Dispatcher => cluster.Turns;

    public override bool IsDeterministic => true;

    public override ActivationId NewActivationId() => cluster.NewActivationId();

    public override IdSpan NewObserverKey() => IdSpan.Create($"{Index}.{Generation}.{_observers++}");

    public override void Send(Request request) => cluster.Network.Send(this, request);

    /// <summary>A message that is here: unless the directory knows better by now.</summary>
    public override void Deliver(Request request)
    {
        var id = request.Target;
        if (id.Type != ObserverHost.Type && Catalog.Classes.Of(id.Type).Placement is not StatelessWorkerAttribute && !cluster.Directory.Claim(this, id, out var owner))
        {
            cluster.Network.Forward(this, owner, request);
            return;
        }

        base.Deliver(request);
    }

    public override void Forget(Activation activation)
    {
        base.Forget(activation);
        cluster.Directory.Release(this, activation.GrainId);
    }

    public void Crash()
    {
        IsAlive = false;
        foreach (var activation in Catalog.Activations.ToList())
        {
            activation.Kill();
        }
    }

    // One service ticks for the whole simulated cluster, in all its lives.
    protected override bool RunsReminders => false;

    protected override long DeadlineOf(Request request) => long.MaxValue;

    protected override void StartScans()
    {
        if (!IsClient)
        {
            StartCollector();
        }
    }
}
