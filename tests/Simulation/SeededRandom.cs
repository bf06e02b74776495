namespace Simulation;

/// <summary>Draws that begin anew with each operation, so that what is left out of a scenario changes nothing of what the rest draws.</summary>
internal sealed class SeededRandom(int seed) : Random(seed)
{
    private Random _drawn = new(seed);

    public void Reseed(int seed) => _drawn = new Random(seed);

    public override int Next() => _drawn.Next();

    public override int Next(int maxValue) => _drawn.Next(maxValue);

    public override int Next(int minValue, int maxValue) => _drawn.Next(minValue, maxValue);

    public override double NextDouble() => _drawn.NextDouble();
}
