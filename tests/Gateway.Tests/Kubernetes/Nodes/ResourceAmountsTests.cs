using Gateway.Kubernetes.Nodes;

namespace Gateway.Tests.Kubernetes.Nodes;

/// <summary>A row of amounts is what a dictionary of them would be, few or many.</summary>
public sealed class ResourceAmountsTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(ResourceAmounts.Many)]
    [InlineData(5 * ResourceAmounts.Many)]
    public void Amounts_are_found_summed_and_listed_as_a_dictionary_does(int names)
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        var expected = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var amounts = new ResourceAmounts();
        for (var i = 0; i < 20 * names; i++)
        {
            var (name, amount) = ($"r{random.Next(names)}", random.Next(100));
            var one = new ResourceAmounts();
            one.Set(name, amount);
            switch (random.Next(3))
            {
                case 0:
                    amounts.Set(name, amount);
                    expected[name] = amount;
                    break;
                case 1:
                    amounts.Add(one);
                    expected[name] = expected.GetValueOrDefault(name) + amount;
                    break;
                default:
                    amounts.Raise(one);
                    expected[name] = Math.Max(expected.GetValueOrDefault(name), amount);
                    break;
            }

            Assert.True(expected.SequenceEqual(amounts), $"seed {Seed}, step {i}");
        }

        Assert.All(expected, e => Assert.Equal((true, e.Value), (amounts.Names(e.Key), amounts[e.Key])));
        Assert.Equal((false, 0m), (amounts.Names("R0"), amounts["R0"]));
    }

    [Fact]
    public void A_copy_is_its_own()
    {
        var amounts = new ResourceAmounts { { "cpu", "1" }, { "memory", "1Gi" } };
        var copy = amounts.Copy();
        copy.Set("cpu", 2);
        copy.Set("pods", 3);

        Assert.Equal(["cpu", "memory", "pods"], copy.Select(a => a.Key));
        Assert.Equal((1m, 2m, false), (amounts["cpu"], copy["cpu"], amounts.Names("pods")));
    }

    [Fact]
    public void Nothing_stays_nothing()
    {
        Assert.Throws<InvalidOperationException>(() => ResourceAmounts.None.Set("cpu", 1));
        Assert.True(ResourceAmounts.None.IsEmpty);
        Assert.Empty(ResourceAmounts.None.Copy());
    }
}
