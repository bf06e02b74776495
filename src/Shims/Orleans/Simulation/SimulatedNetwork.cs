using Orleans.Calls;

namespace Orleans.Simulation;

/// <summary>Carries messages between silos: late, out of order, twice, or not at all. Within a silo they arrive at once, in order.</summary>
internal sealed class SimulatedNetwork(SimulatedCluster cluster)
{
    private readonly PriorityQueue<Envelope, (long Due, long Number)> _underway = new();
    private readonly List<Envelope> _arrived = [];
    private readonly Dictionary<long, PendingCall> _pending = [];
    private readonly Dictionary<(int From, int To), long> _lastDue = [];
    private long _number;

    /// <summary>When the next message arrives, or long.MaxValue.</summary>
    public long NextDue => _underway.TryPeek(out _, out var at) ? at.Due : long.MaxValue;

    /// <summary>How many messages have arrived by now and wait to be looked at.</summary>
    public int CountArrived(long now)
    {
        while (_underway.TryPeek(out var envelope, out var at) && at.Due <= now)
        {
            _arrived.Add(envelope);
            _underway.Dequeue();
        }

        return _arrived.Count;
    }

    /// <summary>Delivers the n-th of the messages that have arrived.</summary>
    public string DeliverArrived(int n)
    {
        var chosen = _arrived[n];
        if (FaultsOf(chosen.From, chosen.To).KeepsOrder)
        {
            chosen = _arrived.Where(e => e.From == chosen.From && e.To == chosen.To).MinBy(e => e.Number)!;
        }

        _arrived.Remove(chosen);
        if (!IsOpen(chosen.From, chosen.To) || cluster.Node(chosen.To).Generation != chosen.Generation)
        {
            return $"lost {chosen.Label}";
        }

        chosen.Deliver();
        return $"arrive {chosen.Label}";
    }

    public void Send(SimulatedSilo from, Request request)
    {
        if (!from.IsAlive)
        {
            request.DeliverFailure(new SiloUnavailableException("This silo has crashed."));
            return;
        }

        int to;
        try
        {
            to = cluster.Directory.Locate(from, request.Target);
        }
        catch (Exception e)
        {
            request.DeliverFailure(e);
            return;
        }

        if (to < 0)
        {
            request.DeliverFailure(new SiloUnavailableException("No silo is left."));
            return;
        }

        if (!request.Method.IsOneWay)
        {
            var pending = new PendingCall(cluster, from, to, request, _number++);
            _pending.Add(pending.Number, pending);
            request.ResponsePath = pending;
        }

        Carry(from, to, request);
    }

    /// <summary>Sends a message on to where the grain is by now.</summary>
    public void Forward(SimulatedSilo from, int to, Request request)
    {
        (request.ResponsePath as PendingCall)?.MovedTo(to);
        Carry(from, to, request);
    }

    public void Transmit(SimulatedSilo from, int to, string label, Action deliver, long late = 0)
    {
        var faults = FaultsOf(from.Index, to);
        if (!IsOpen(from.Index, to) || Happens(faults.Loss))
        {
            cluster.Note("drop", label);
            return;
        }

        var span = (faults.MaxDelay - faults.MinDelay).Ticks;
        var delay = faults.MinDelay.Ticks + (span > 0 ? cluster.Draw(span + 1) : 0);
        var due = cluster.Clock.Now + delay + late;
        var link = (from.Index, to);
        if (faults.KeepsOrder)
        {
            _lastDue[link] = due = Math.Max(due, _lastDue.GetValueOrDefault(link));
        }

        var envelope = new Envelope(_number++, from.Index, to, cluster.Node(to).Generation, label, deliver);
        _underway.Enqueue(envelope, (due, envelope.Number));
    }

    public void Done(PendingCall call) => _pending.Remove(call.Number);

    /// <summary>The silos' calls into a silo that was declared dead. A client does not know where its calls went: it waits.</summary>
    public void BreakCallsTo(int index)
    {
        foreach (var call in _pending.Values.Where(c => c.To == index && !c.From.IsClient && c.From.Index != index).ToList())
        {
            call.FailNow(new SiloUnavailableException($"Silo {index} was declared dead while it had {call}."));
        }
    }

    /// <summary>Code outside of grains that called through a silo that crashed: in life it would have died too; here it is told.</summary>
    public void BreakCallsFrom(SimulatedSilo silo)
    {
        foreach (var call in _pending.Values.Where(c => ReferenceEquals(c.From, silo)).ToList())
        {
            if (call.IsFromOutside)
            {
                call.FailNow(new SiloUnavailableException($"Silo {silo.Index} crashed."));
            }
            else
            {
                call.Forget();
            }
        }
    }

    private void Carry(SimulatedSilo from, int to, Request request)
    {
        if (to == from.Index)
        {
            from.Deliver(request);
            return;
        }

        Request copy;
        try
        {
            copy = request.OverTheWire(r => r.BoundTo(cluster.Node(to)));
        }
        catch (Exception e)
        {
            request.Fail(e);
            return;
        }

        copy.ResponsePath = request.ResponsePath;
        var label = $"{from.Index}>{to} {request}";
        Transmit(from, to, label, () => cluster.Node(to).Deliver(copy));
        if (Happens(FaultsOf(from.Index, to).Duplication))
        {
            var twin = copy.Duplicate();
            var late = FaultsOf(from.Index, to).SecondComesWithin.Ticks;
            Transmit(from, to, label + " again", () => cluster.Node(to).Deliver(twin), late > 0 ? cluster.Draw(late) : 0);
        }
    }

    private bool Happens(double probability) => probability > 0 && cluster.Draw(1_000_000) < probability * 1_000_000;

    private NetworkFaults FaultsOf(int from, int to) => cluster.Node(from).IsClient || cluster.Node(to).IsClient ? cluster.ClientFaults : cluster.Faults;

    private bool IsOpen(int from, int to) => cluster.Node(to).IsAlive && !cluster.Node(from).IsCutOff && !cluster.Node(to).IsCutOff;

    private sealed record Envelope(long Number, int From, int To, int Generation, string Label, Action Deliver);
}
