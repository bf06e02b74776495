using System.Globalization;

namespace Simulation;

/// <summary>The same for very many seeds: 10^7 steps of all profiles, on all cores; SIMULATION_STEPS=1e9 makes it more.</summary>
public sealed class VolumeTests
{
    [Fact]
    public void Ten_million_steps_of_seeds_that_nobody_chose_break_nothing()
    {
        var steps = Environment.GetEnvironmentVariable("SIMULATION_STEPS") ?? "1e7";
        using var output = new StringWriter(CultureInfo.InvariantCulture);

        var code = LongRun.Start(["--steps", steps, "--seed", "10000"], TextWriter.Synchronized(output));

        TestContext.Current.TestOutputHelper?.WriteLine(output.ToString());
        Assert.True(code == 0, output.ToString());
    }
}
