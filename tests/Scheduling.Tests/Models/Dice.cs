namespace Scheduling.Tests.Models;

/// <summary>
/// Where a step takes its choices from: numbers that FsCheck drew and can make smaller. When they are used up everything is 0, so 0 is
/// always the plainest choice.
/// </summary>
internal sealed class Dice(IReadOnlyList<int> numbers)
{
    /// <summary>Numbers below this are drawn.</summary>
    public const int Sides = 840;

    private int _at;

    public int Next(int below) => _at < numbers.Count ? numbers[_at++] % below : 0;

    public int Next(int from, int below) => from + Next(below - from);

    /// <summary>Once in so many times, and not when the choice was made smaller.</summary>
    public bool OneIn(int times) => Next(times) == times - 1;

    public T Of<T>(params IReadOnlyList<T> choices) => choices[Next(choices.Count)];
}
