using System.Globalization;
using k8s;
using k8s.Models;

namespace Gateway.Tests.Conformance;

/// <summary>What we rely on in KubernetesClient's models, be it the package or the shim.</summary>
public sealed class KubernetesModelTests
{
    [Theory]
    [InlineData("500m", "500m", 0.5)]
    [InlineData("0.5", "500m", 0.5)]
    [InlineData("1000m", "1", 1)]
    [InlineData("96", "96", 96)]
    [InlineData("100000", "100k", 100_000)]
    [InlineData("128974848", "128974848", 128_974_848)]
    [InlineData("129M", "129M", 129_000_000)]
    [InlineData("129e6", "129e6", 129_000_000)]
    [InlineData("1Gi", "1Gi", 1_073_741_824)]
    [InlineData("1024Mi", "1Gi", 1_073_741_824)]
    [InlineData("1.5Gi", "1536Mi", 1_610_612_736)]
    [InlineData("900Gi", "900Gi", 966_367_641_600)]
    [InlineData("512Ki", "512Ki", 524_288)]
    [InlineData("100u", "100u", 0.0001)]
    [InlineData("0", "0", 0)]
    [InlineData("+3k", "3k", 3_000)]
    public void Quantities_are_exact_and_written_in_one_form(string text, string canonical, decimal value)
    {
        var quantity = new ResourceQuantity(text);

        Assert.Equal(value, quantity.ToDecimal());
        Assert.Equal(canonical, quantity.ToString());
        Assert.Equal(quantity, new ResourceQuantity(canonical));
    }

    /// <summary>A long row of zeros before a number changes nothing, but then it is no short number any more, and read the general way.</summary>
    [Fact]
    public void Short_numbers_are_read_as_long_ones_are()
    {
        const int Seed = 20261130;
        var random = new Random(Seed);
        string[] suffixes = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E-3", "e15", "e-12"];
        for (var i = 0; i < 20_000; i++)
        {
            var digits = random.NextInt64((long)Math.Pow(10, random.Next(1, 19))).ToString(CultureInfo.InvariantCulture);
            var number = random.Next(3) == 0 ? digits.Insert(random.Next(digits.Length + 1), ".") : digits;
            var suffix = suffixes[random.Next(suffixes.Length)];
            var sign = random.Next(4) == 0 ? "-" : "";
            var (read, general) = (new ResourceQuantity($"{sign}{number}{suffix}"), new ResourceQuantity($"{sign}{new string('0', 20)}{number}{suffix}"));
            var (text, value) = (read.CanonicalizeString(ResourceQuantity.SuffixFormat.DecimalExponent), read.ToDecimal());

            Assert.True(read == general && read.Format == general.Format, $"seed {Seed}: {sign}{number}{suffix} is {read} and {general}");
            Assert.True(
                decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) == value && value.Scale <= 9 && (value == Math.Floor(value)) == (value.Scale == 0),
                $"seed {Seed}: {sign}{number}{suffix} is {text} and {value}");
        }
    }

    [Fact]
    public void Quantities_are_equal_by_their_amount()
    {
        Assert.True(new ResourceQuantity("1Gi") == "1024Mi");
        Assert.True(new ResourceQuantity("1") == "1000m");
        Assert.False(new ResourceQuantity("1G") == "1Gi");
        Assert.Equal(new ResourceQuantity("1").GetHashCode(), new ResourceQuantity("1000m").GetHashCode());
        Assert.Equal(2, new ResourceQuantity("2").ToInt64());
    }

    [Theory]
    [InlineData("1Zi")]
    [InlineData("1.2.3")]
    public void What_is_no_quantity_is_refused(string text) => Assert.ThrowsAny<Exception>(() => new ResourceQuantity(text));

    [Fact]
    public void A_pod_is_read_and_what_is_not_known_is_passed_over()
    {
        const string Json = """
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"ml","creationTimestamp":"2026-01-02T03:04:05Z","managedFields":[{"manager":"x","fieldsV1":{"f:a":{".":{}}}}]},
             "spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"500m","nvidia.com/gpu":8}}}],"schedulerName":"ours","somethingNew":{"a":[1,2]},
             "tolerations":[{"key":"k","operator":"Exists"}],"overhead":{"memory":"1Gi"}},"status":{"phase":"Running"}}
            """;

        var pod = KubernetesJson.Deserialize<V1Pod>(Json);

        Assert.Equal(("a", "ml", "ours", "Running"), (pod.Name(), pod.Namespace(), pod.Spec.SchedulerName, pod.Status.Phase));
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), pod.Metadata.CreationTimestamp);
        Assert.Equal(8, pod.Spec.Containers[0].Resources.Requests["nvidia.com/gpu"].ToDecimal());
        Assert.Equal("Exists", pod.Spec.Tolerations[0].OperatorProperty);
        Assert.Equal("1Gi", pod.Spec.Overhead["memory"].ToString());
    }

    [Fact]
    public void What_is_not_set_is_not_written()
    {
        var pod = new V1Pod { Metadata = new V1ObjectMeta { Name = "a", Labels = new Dictionary<string, string> { ["k"] = "v" } }, Spec = new V1PodSpec { Containers = [new V1Container { Name = "c" }] } };

        Assert.Equal("""{"metadata":{"labels":{"k":"v"},"name":"a"},"spec":{"containers":[{"name":"c"}]}}""", KubernetesJson.Serialize(pod));
    }

    [Fact]
    public void Times_are_written_with_microseconds_where_they_have_a_fraction()
    {
        var lease = new V1LeaseSpec { RenewTime = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(1_234_567), AcquireTime = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc) };

        var json = KubernetesJson.Serialize(new V1Lease { Spec = lease });

        Assert.Contains("\"renewTime\":\"2026-01-02T03:04:05.123456Z\"", json, StringComparison.Ordinal);
        Assert.Contains("\"acquireTime\":\"2026-01-02T03:04:05Z\"", json, StringComparison.Ordinal);
        Assert.Equal(lease.AcquireTime, KubernetesJson.Deserialize<V1Lease>(json).Spec.AcquireTime);
    }

    [Theory]
    [InlineData("3", "3")]
    [InlineData("\"30%\"", "30%")]
    public void A_number_or_a_text_stays_what_it_is(string json, string value)
    {
        var budget = KubernetesJson.Deserialize<V1PodDisruptionBudget>($$"""{ "spec": { "maxUnavailable": {{json}} } }""");

        Assert.Equal(value, budget.Spec.MaxUnavailable.Value);
        Assert.Contains($"\"maxUnavailable\":{json}", KubernetesJson.Serialize(budget), StringComparison.Ordinal);
    }
}
