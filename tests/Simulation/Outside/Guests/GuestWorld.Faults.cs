using Grains.Jobs;
using Orleans.Simulation;

namespace Simulation.Outside.Guests;

/// <content>What goes wrong.</content>
internal sealed partial class GuestWorld
{
    private void SetFaults(OutsideFaults faults)
    {
        Cluster.Faults = new NetworkFaults { Loss = faults.Loss, Duplication = faults.Loss, MaxDelay = TimeSpan.FromMilliseconds(2) };
        _storage.Rate = faults.Storage;
        foreach (var gateway in Gateways.Where(g => g.IsAlive))
        {
            gateway.Wire.Faults = faults.Wire;
        }
    }

    private void Disturb()
    {
        if (_random.Next(4) == 0 && Guests.Pods.Where(p => p.BoundFor is not null).Select(p => p.BoundFor!.Value).ToList() is { Count: > 0 } bound)
        {
            var attempt = bound[_random.Next(bound.Count)];
            var job = Cluster.Client.GetGrain<IJobGrain>(attempt.Job.Value);
            Cluster.Run(async () =>
            {
                try
                {
                    await (_random.Next(5) == 0 ? job.Cancel(Operator, "sim") : job.Evict(attempt.Number, "sim"));
                }
                catch (Exception e) when (e is not Scheduling.InvariantViolationException)
                {
                    // A message was lost.
                }
            });
        }

        if (_faults.Gateways && _random.Next(4) == 0)
        {
            ChangeGateway(Gateways[_random.Next(Gateways.Count)]);
        }

        if (_faults.Silos && _random.Next(12) == 0)
        {
            Cluster.CrashSilo(2);
            Cluster.RunFor(TimeSpan.FromSeconds(_random.Next(8)));
            Cluster.RestartSilo(2);
        }
    }

    private void ChangeGateway(GuestGateway gateway)
    {
        switch (_random.Next(4))
        {
            case 0:
                var victim = gateway.Process;
                After(TimeSpan.FromMicroseconds(_random.Next(300_000)), () =>
                {
                    Kills++;
                    victim.Kill();
                });
                After(TimeSpan.FromMilliseconds(300 + _random.Next(6000)), () => Revive(gateway));
                break;
            case 1:
                var process = gateway.Process;
                process.Freeze();
                After(TimeSpan.FromMilliseconds(_random.Next(25_000)), process.Resume);
                break;
            case 2:
                var wire = gateway.Wire;
                wire.IsCut = true;
                After(TimeSpan.FromMilliseconds(_random.Next(20_000)), () => wire.IsCut = false);
                break;
            default:
                // Frozen at whatever step comes next, while what it sent goes on its way, and back just when another has taken over.
                var holder = gateway.Process;
                After(TimeSpan.FromMilliseconds(_random.Next(200)), holder.Freeze);
                After(TimeSpan.FromMilliseconds(8200 + _random.Next(4000)), holder.Resume);
                break;
        }
    }

    private void Revive(GuestGateway gateway)
    {
        if (!gateway.IsAlive && SimulatedProcess.IsUp(Cluster, gateway.Silo))
        {
            gateway.Start(_faults.Wire);
        }
    }

    private void After(TimeSpan delay, Action what) => _ = Cluster.Time.CreateTimer(_ => what(), null, delay, Timeout.InfiniteTimeSpan);
}
