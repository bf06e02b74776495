namespace Simulation.Outside.Guests;

/// <content>What goes wrong.</content>
internal sealed partial class GuestWorld
{
    private WireFaults _wire = WireFaults.None;
    private bool _isCalm;

    public int Kills { get; private set; }

    protected override void SetRates(FaultRates rates)
    {
        base.SetRates(rates);
        _wire = rates.Wire;
        foreach (var gateway in Gateways.Where(g => g.IsAlive))
        {
            gateway.Wire.Faults = rates.Wire;
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

    private void Break(GuestGateway gateway, GatewayFault how, TimeSpan until)
    {
        var (process, wire) = (gateway.Process, gateway.Wire);
        switch (how)
        {
            case GatewayFault.Dies:
                Kills++;
                gateway.Kill();
                At(until, () => Revive(gateway));
                break;
            case GatewayFault.CutOff:
                wire.IsCut = true;
                At(until, () => wire.IsCut = false);
                break;
            default:
                process.Freeze();
                if (how == GatewayFault.Doubles)
                {
                    gateway.Start(_wire);
                }

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

    private void Revive(GuestGateway gateway)
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
    }
}
