using System.Collections.Immutable;
using System.Globalization;

namespace Simulation.Outside.Guests;

/// <summary>Draws one scenario of a world of users' pods: gangs and pods that are wanted, jobs that are stopped, gateways and silos that fail.</summary>
internal sealed class GuestDraw(int seed, Profile profile)
{
    private readonly Random _random = new(Scenario.Mix(seed, -1));
    private readonly Extras _extras = new(Scenario.Mix(seed, -5));
    private readonly ImmutableArray<Op>.Builder _ops = ImmutableArray.CreateBuilder<Op>();

    public Scenario Draw()
    {
        if (!profile.Rates.Only(profile.Kinds).AreNone)
        {
            _ops.Add(new Op.SetFaults(profile.Rates.Only(profile.Kinds)) { Seed = NextSeed() });
        }

        for (var i = 0; i < profile.Jobs; i++)
        {
            if (_random.Next(2) == 0)
            {
                _ops.Add(new Op.WantPods(Name("g", i), _random.Next(1, 6), _random.Next(1, 9), _random.Next(3) * 100) { Seed = NextSeed(), Extended = _extras.Draw() });
            }

            _ops.Add(new Op.MakePod(Name("single-", i), _random.Next(1, 5)) { Seed = NextSeed(), Extended = _extras.Draw() });
            if (_random.Next(4) == 0)
            {
                _ops.Add(new Op.StopBound(_random.Next(1000), Cancels: _random.Next(5) == 0 || profile.Outside is { Cancels: true }) { Seed = NextSeed() });
            }

            Break();
            if (_random.Next(4) == 0)
            {
                _ops.Add(new Op.Reconcile { Seed = NextSeed() });
            }

            _ops.Add(new Op.Wait { Seed = NextSeed(), Then = TimeSpan.FromMilliseconds(_random.Next(3000)) });
        }

        return new Scenario { Seed = seed, Profile = profile, Ops = _ops.ToImmutable() };
    }

    private void Break()
    {
        if (Happens(FaultKinds.Gateway, 4))
        {
            var (how, gateway) = ((GatewayFault)_random.Next(4), _random.Next(GuestWorld.GatewayCount));
            var until = how == GatewayFault.Dies ? TimeSpan.FromMilliseconds(300 + _random.Next(6000))

                // Back just when another has taken over, or long before, or long after.
                : _random.Next(2) == 0 ? TimeSpan.FromMilliseconds(8200 + _random.Next(4000)) : TimeSpan.FromMilliseconds(_random.Next(25_000));
            _ops.Add(new Op.GatewayFails(gateway, how, TimeSpan.FromMicroseconds(_random.Next(300_000)), until) { Seed = NextSeed() });
        }

        if (Happens(FaultKinds.Crash, 16))
        {
            _ops.Add(new Op.CrashSilo(_random.Next(SimulatedWorld.Silos), _random.Next(1200), TimeSpan.FromSeconds(_random.Next(12))) { Seed = NextSeed() });
        }

        if (Happens(FaultKinds.Partition, 20))
        {
            _ops.Add(new Op.Partition(_random.Next(SimulatedWorld.Silos), _random.Next(1200), TimeSpan.FromSeconds(_random.Next(1, 25))) { Seed = NextSeed() });
        }
    }

    private bool Happens(FaultKinds kind, int oneIn) => profile.Kinds.HasFlag(kind) && _random.Next(oneIn) == 0;

    private int NextSeed() => Scenario.Mix(seed, _ops.Count);

    private static string Name(string stem, int number) => string.Create(CultureInfo.InvariantCulture, $"{stem}{number}");
}
