using Gateway.Kubernetes.Nodes;

namespace Gateway.Tests.Kubernetes.Nodes;

/// <summary>Amounts mean what Kubernetes says they mean.</summary>
public sealed class QuantitiesTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("1500m", "1.5")]
    [InlineData("0.5", "0.5")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("64Gi", "68719476736")]
    [InlineData("1.5Ki", "1536")]
    [InlineData("1e3", "1000")]
    [InlineData("12E-3", "0.012")]
    [InlineData("100n", "0.0000001")]
    [InlineData("3u", "0.000003")]
    [InlineData("2E", "2000000000000000000")]
    [InlineData("1Ei", "1152921504606846976")]
    [InlineData("129e6", "129000000")]
    [InlineData("129M", "129000000")]
    [InlineData("-3", "-3")]
    [InlineData("100Ei", "9223372036854775807")]
    [InlineData("99999999999999999999", "9223372036854775807")]
    public void An_amount_is_read_exactly_and_capped(string text, string amount) =>
        Assert.Equal(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), Quantities.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("Gi")]
    [InlineData("1 Gi")]
    [InlineData("1gi")]
    [InlineData("1.2.3")]
    [InlineData("0x10")]
    [InlineData("1e")]
    [InlineData("1e99")]
    [InlineData("NaN")]
    public void What_is_no_amount_is_none(string? text) => Assert.Null(Quantities.Parse(text));

    [Fact]
    public void Parts_of_a_unit_count_whole()
    {
        Assert.Equal(2, Quantities.Milli(0.0011m));
        Assert.Equal(8, Quantities.Whole(7.2m));
        Assert.Equal(long.MaxValue, Quantities.Milli(Quantities.Most));
    }
}
