using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Contracts;

namespace Gateway.Tests.Contracts;

/// <summary>The contracts' JSON, for servers and clients.</summary>
public sealed class ContractsJsonTests
{
    [Fact]
    public void Clients_skip_what_a_newer_server_adds()
    {
        var list = JsonSerializer.Deserialize("""{"value":[],"complete":true,"added":{"later":1}}""", ContractsJson.Lenient.JobEventList)!;

        Assert.True(list.Complete);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"value":[],"complete":true,"added":1}""", ContractsJson.Default.JobEventList));
    }

    [Fact]
    public void Every_contract_is_in_the_context_and_public()
    {
        var types = typeof(Job).Assembly.GetTypes().Where(t => t is { Namespace: "Gateway.Contracts", IsNested: false } && t.IsSubclassOf(typeof(object)) && t.GetMethod("<Clone>$") is not null);

        Assert.All(types, type =>
        {
            Assert.True(type.IsPublic, type.Name);
            Assert.NotNull(ContractsJson.Default.GetTypeInfo(type));
        });
    }

    [Fact]
    public void Error_codes_are_their_own_names() =>
        Assert.All(typeof(ErrorCode).GetFields(BindingFlags.Public | BindingFlags.Static), f => Assert.Equal(f.Name, f.GetValue(null)));

    [Fact]
    public void The_context_is_as_strict_as_it_says()
    {
        var options = ContractsJson.Default.Options;

        Assert.Equal(JsonUnmappedMemberHandling.Disallow, options.UnmappedMemberHandling);
        Assert.Equal(JsonNumberHandling.Strict, options.NumberHandling);
        Assert.False(options.AllowDuplicateProperties);
        Assert.Equal(16, options.MaxDepth);
    }
}
