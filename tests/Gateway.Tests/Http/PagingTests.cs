using Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Http;

/// <summary>Continuation tokens by themselves.</summary>
public sealed class PagingTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("main/rack-17")]
    [InlineData("3|main/r1")]
    [InlineData("ünïcödé")]
    public void A_token_gives_back_where_its_list_stopped(string after)
    {
        var query = new QueryCollection(new Dictionary<string, Microsoft.Extensions.Primitives.StringValues> { ["continuationToken"] = Paging.Encode(after, "list") });

        Assert.True(Paging.TryRead(query, "list", out var page, out _));
        Assert.Equal(after, page.After);
    }

    [Fact]
    public void Every_single_changed_character_is_noticed()
    {
        var token = Paging.Encode("main/rack-17", "list");
        for (var i = 0; i < token.Length - 1; i++)
        {
            var changed = string.Concat(token.AsSpan(0, i), token[i] == 'A' ? "B" : "A", token.AsSpan(i + 1));
            var query = new QueryCollection(new Dictionary<string, Microsoft.Extensions.Primitives.StringValues> { ["continuationToken"] = changed });

            Assert.False(Paging.TryRead(query, "list", out _, out _), $"character {i}");
        }
    }
}
