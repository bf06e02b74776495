using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Gateway.Calls;
using Grains;

namespace Gateway.Tests.Calls;

/// <summary>Gateways may be processes of their own, and silos refuse them what is between grains.</summary>
public sealed class OpenGrainMethodsTests
{
    [Fact]
    public void Every_grain_method_that_the_gateway_calls_is_open_to_gateways()
    {
        var called = Called().ToList();
        Assert.NotEmpty(called);
        Assert.Empty(called.Where(m => !m.IsDefined(typeof(OpenToGatewaysAttribute), false)).Select(m => $"{m.DeclaringType!.Name}.{m.Name} lacks [OpenToGateways]"));
    }

    [Fact]
    public void What_is_open_to_gateways_is_what_they_call()
    {
        var called = Called().ToHashSet();
        var open = typeof(Caller).Assembly.GetTypes().Where(t => t.IsInterface).SelectMany(t => t.GetMethods()).Where(m => m.IsDefined(typeof(OpenToGatewaysAttribute), false));
        Assert.Empty(open.Where(m => !called.Contains(m)).Select(m => $"{m.DeclaringType!.Name}.{m.Name} is open, and nobody calls it"));
    }

    /// <summary>From the references of the compiled gateway.</summary>
    private static IEnumerable<System.Reflection.MethodInfo> Called()
    {
        using var file = new PEReader(File.OpenRead(typeof(GrainCalls).Assembly.Location));
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference)
            {
                continue;
            }

            var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            var name = $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
            if (typeof(Caller).Assembly.GetType(name) is { IsInterface: true } grain && typeof(IAddressable).IsAssignableFrom(grain)
                && grain.GetMethod(metadata.GetString(member.Name)) is { } method)
            {
                yield return method;
            }
        }
    }
}
