using Grains;
using Orleans.Simulation;

namespace Simulation.Outside;

/// <content>What goes wrong.</content>
internal sealed partial class OutsideWorld
{
    private readonly HashSet<int> _downSilos = [];

    public int Kills { get; private set; }

    public int Freezes { get; private set; }

    public int Cuts { get; private set; }

    public int SiloFaults { get; private set; }

    /// <summary>Kills the gateway that leads at the n-th effect from now on; it comes back a little later.</summary>
    public void CrashAt(int effect, bool isServed)
    {
        var point = new CrashPoint(effect, isServed, () =>
        {
            Kills++;
            var leader = Gateways.First(g => g.IsAlive && g.Leader.Epoch is not null);
            leader.Kill();
            After(TimeSpan.FromSeconds(1), () => Revive(leader));
        });
        Kubernetes.CrashPoint = point;
        if (Arm is not null)
        {
            Arm.CrashPoint = point;
        }
    }

    private void SetFaults(OutsideFaults faults)
    {
        Cluster.Faults = new NetworkFaults { Loss = faults.Loss, Duplication = faults.Loss, MaxDelay = TimeSpan.FromMilliseconds(2) };
        _storage.Rate = faults.Storage;
        foreach (var gateway in Gateways.Where(g => g.IsAlive))
        {
            gateway.Wire.Faults = faults.Wire;
        }

        if (Arm is not null)
        {
            Arm.IsScarce = faults.ScaleSet;
        }
    }

    private void Disturb()
    {
        if (_random.Next(4) == 0 && _accepted.Count > 0)
        {
            var id = _accepted[_random.Next(_accepted.Count)];
            Try(() => _random.Next(6) switch
            {
                0 => Job(id).Cancel(Operator, "sim"),
                1 => Job(id).Suspend(Operator, "sim"),
                2 or 3 => Job(id).Resume(Operator),
                _ => Job(id).Evict(_random.Next(1, 4), "sim"),
            });
        }

        if (_faults.Nodes && _random.Next(4) == 0)
        {
            ChangeNode();
        }

        if (Arm is not null && _random.Next(3) == 0)
        {
            ChangeDemand();
        }

        if (_faults.Gateways && _random.Next(4) == 0)
        {
            ChangeGateway(Gateways[_random.Next(Gateways.Count)]);
        }

        if (_faults.Silos && _random.Next(10) == 0)
        {
            ChangeSilo(_random.Next(Cluster.SiloCount));
        }
    }

    private void ChangeNode()
    {
        var node = Kubernetes.FindNode(Kubernetes.Nodes[_random.Next(Kubernetes.Nodes.Count)]);
        switch (_random.Next(5))
        {
            case 0 when node.Exists:
                Kubernetes.DeleteNode(node.Spec.Name);
                break;
            case 1:
                node.Ready = false;
                break;
            default:
                Kubernetes.BringBack(node, restarted: !node.Ready && node.Boot % 2 == 0);
                break;
        }
    }

    private void ChangeGateway(SimulatedGateway gateway)
    {
        switch (_random.Next(4))
        {
            case 0:
                // At whatever step comes next.
                var victim = gateway.Process;
                After(TimeSpan.FromMicroseconds(_random.Next(300_000)), () =>
                {
                    Kills++;
                    victim.Kill();
                });
                After(TimeSpan.FromMilliseconds(300 + _random.Next(6000)), () => Revive(gateway));
                break;
            case 1:
                Freezes++;
                var process = gateway.Process;
                process.Freeze();
                After(TimeSpan.FromMilliseconds(_random.Next(25_000)), process.Resume);
                break;
            case 2:
                Cuts++;
                var wire = gateway.Wire;
                wire.IsCut = true;
                After(TimeSpan.FromMilliseconds(_random.Next(20_000)), () => wire.IsCut = false);
                break;
            default:
                // Frozen at whatever step comes next, while what it sent goes on its way, and back just when another has taken over.
                Freezes++;
                var holder = gateway.Process;
                After(TimeSpan.FromMilliseconds(_random.Next(200)), holder.Freeze);
                After(TimeSpan.FromMilliseconds(8200 + _random.Next(4000)), holder.Resume);
                break;
        }
    }

    /// <summary>A gateway is in its silo's process: it dies with it, and lives on beside zombies while it is cut off.</summary>
    private void ChangeSilo(int silo)
    {
        if (!_downSilos.Add(silo))
        {
            return;
        }

        SiloFaults++;
        if (_random.Next(2) == 0)
        {
            Cluster.CrashSilo(silo);
            Kill(silo);
        }
        else
        {
            Cluster.Partition(silo);
        }

        Cluster.RunFor(TimeSpan.FromSeconds(_random.Next(12)));
        BringBack(silo);
    }

    private void BringBack(int silo)
    {
        // What was given up meanwhile learns so, and dies; what was not goes on.
        Cluster.Heal(silo);
        if (!SimulatedProcess.IsUp(Cluster, silo))
        {
            Kill(silo);
            Cluster.RestartSilo(silo);
        }

        _downSilos.Remove(silo);
        if (silo < Gateways.Count)
        {
            Revive(Gateways[silo]);
        }
    }

    private void Kill(int silo)
    {
        if (silo < Gateways.Count)
        {
            Gateways[silo].Kill();
        }
    }

    private void Revive(SimulatedGateway gateway)
    {
        if (!gateway.IsAlive && SimulatedProcess.IsUp(Cluster, gateway.Silo))
        {
            gateway.Start(_faults.Wire);
        }
    }

    private void EndFaults()
    {
        SetFaults(new OutsideFaults());
        foreach (var gateway in Gateways)
        {
            Revive(gateway);
            gateway.Wire.IsCut = false;
            gateway.Wire.Faults = WireFaults.None;
            gateway.Process.Resume();
        }

        foreach (var node in Kubernetes.Nodes.Select(Kubernetes.FindNode))
        {
            (node.Exists, node.Ready) = (true, true);
        }
    }

    private void After(TimeSpan delay, Action what) => _ = Cluster.Time.CreateTimer(_ => what(), null, delay, Timeout.InfiniteTimeSpan);
}
