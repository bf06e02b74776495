namespace Simulation.Outside;

/// <content>What goes wrong.</content>
internal sealed partial class OutsideWorld
{
    private WireFaults _wire = WireFaults.None;
    private bool _isCalm;

    public int Kills { get; private set; }

    public int Freezes { get; private set; }

    public int Cuts { get; private set; }

    /// <summary>Gateways that came to live twice.</summary>
    public int Doubles { get; private set; }

    /// <summary>Kills the gateway that leads at the n-th effect from now on; it comes back a little later.</summary>
    public void CrashAt(int effect, bool isServed)
    {
        var point = new CrashPoint(effect, isServed, () =>
        {
            Kills++;
            var leader = Gateways.First(g => g.IsAlive && g.Leader.Epoch is not null);
            leader.Kill();
            At(TimeSpan.FromSeconds(1), () => Revive(leader));
        });
        Kubernetes.CrashPoint = point;
        if (Arm is not null)
        {
            Arm.CrashPoint = point;
        }
    }

    protected override void SetRates(FaultRates rates)
    {
        base.SetRates(rates);
        _wire = rates.Wire;
        foreach (var gateway in Gateways.Where(g => g.IsAlive))
        {
            gateway.Wire.Faults = rates.Wire;
        }

        if (Arm is not null)
        {
            Arm.IsScarce = rates.IsScarce;
        }
    }

    protected override void BreakOutside(Op op)
    {
        if (op is not Op.GatewayFails fails)
        {
            base.BreakOutside(op);
            return;
        }

        At(fails.After, () =>
        {
            if (!_isCalm && Gateways[fails.Gateway] is { IsAlive: true } gateway)
            {
                Tell($"  gateway {fails.Gateway} {fails.How} at step {Cluster.Steps}");
                Break(gateway, fails.How, fails.For);
            }
        });
    }

    private void Break(SimulatedGateway gateway, GatewayFault how, TimeSpan until)
    {
        var process = gateway.Process;
        switch (how)
        {
            case GatewayFault.Dies:
                Kills++;
                gateway.Kill();
                At(until, () => Revive(gateway));
                break;
            case GatewayFault.Freezes:
                Freezes++;
                process.Freeze();
                At(until, process.Resume);
                break;
            case GatewayFault.CutOff:
                Cuts++;
                var wire = gateway.Wire;
                wire.IsCut = true;
                At(until, () => wire.IsCut = false);
                break;
            default:
                Doubles++;
                process.Freeze();
                gateway.Start(_wire);
                At(until, process.Resume);
                break;
        }
    }

    /// <summary>A gateway is in its silo's process: it dies with it, and lives on beside zombies while it is cut off.</summary>
    protected override void SiloDied(int silo)
    {
        if (silo < Gateways.Count)
        {
            Gateways[silo].Kill();
        }
    }

    protected override void SiloIsBack(int silo)
    {
        if (silo < Gateways.Count)
        {
            Revive(Gateways[silo]);
        }
    }

    private void Revive(SimulatedGateway gateway)
    {
        if (!gateway.IsAlive && Cluster.IsAlive(gateway.Silo))
        {
            gateway.Start(_wire);
        }
    }

    protected override void EndFaults()
    {
        _isCalm = true;
        base.EndFaults();
        foreach (var gateway in Gateways)
        {
            Revive(gateway);
            gateway.Calm();
        }

        foreach (var node in Kubernetes.Nodes.Select(n => Kubernetes.FindNode(n)!))
        {
            (node.Exists, node.Ready) = (true, true);
        }
    }
}
